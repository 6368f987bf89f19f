/** How far away a time is, in words; the server says it as the script does. Pure. */

const dayMs = 86_400_000

const plain = { style: 'short', numeric: 'always' } as const
const days = { en: new Intl.RelativeTimeFormat('en', plain), ru: new Intl.RelativeTimeFormat('ru', plain) }
const units = { en: { hour: 'h', minute: 'min', second: 's' }, ru: { hour: 'ч', minute: 'мин', second: 'с' } }

/** `in 18 min`, `in 1 h 31 min`, `2 days ago`: of milliseconds from now on. Under a day nothing is rounded up. */
export function awayText(language: 'en' | 'ru', away: number): string {
  if (Math.abs(away) >= dayMs) return days[language].format(Math.round(away / dayMs), 'day')
  const text = spanText(language, Math.floor(Math.abs(away) / 1_000))
  if (language === 'ru') return away < 0 ? `${text} назад` : `через ${text}`
  return away < 0 ? `${text} ago` : `in ${text}`
}

function spanText(language: 'en' | 'ru', seconds: number): string {
  const { hour, minute, second } = units[language]
  if (seconds < 60) return `${seconds} ${second}`
  const minutes = Math.floor(seconds / 60)
  const rest = `${minutes % 60} ${minute}`
  if (minutes < 60) return rest
  return `${Math.floor(minutes / 60)} ${hour}${minutes % 60 === 0 ? '' : ` ${rest}`}`
}
