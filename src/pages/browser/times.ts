import { awayText } from './away.ts'

/** `in 18 minutes` that stays true while one looks: says how far away each time is by now. */
export function moveTimes(): void {
  const language = document.documentElement.lang === 'ru' ? 'ru' : 'en'
  for (const span of document.querySelectorAll<HTMLElement>('[data-at]')) {
    const text = awayText(language, Number(span.dataset.at) - Date.now())
    if (span.textContent !== text) span.textContent = text
  }
}
