/** `in 18 minutes` that stays true while one looks. */

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const

/** Says how far away each time is by now. */
export function moveTimes(): void {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { style: 'short', numeric: 'always' })
  for (const span of document.querySelectorAll<HTMLElement>('[data-at]')) {
    const away = Number(span.dataset.at) - Date.now()
    const [unit, ms] = units.find(([, each]) => Math.abs(away) >= each) ?? (['second', 1_000] as const)
    const text = words.format(Math.round(away / ms), unit)
    if (span.textContent !== text) span.textContent = text
  }
}
