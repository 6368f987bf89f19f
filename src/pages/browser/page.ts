/**
 * What the script adds to pages that work without it: rows that stay true, times that move on, keys. It builds no markup
 * of its own: it asks for the same page again and takes over what has changed.
 */
import { keepOneFold, listenToKeys } from './hands.ts'
import { soon, watch } from './live.ts'
import { moveTimes } from './times.ts'

/** The server shows times in the viewer's zone once it knows it. */
function tellZone(): void {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  if (document.cookie.includes(`tz=${zone};`) || document.cookie.endsWith(`tz=${zone}`)) return
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser that people have
  document.cookie = `tz=${zone}; path=/; max-age=31536000; samesite=lax`
  soon()
}

/** Where the system chooses the colours, the button goes to the other ones. */
function otherTheme(): void {
  const field = document.getElementById('theme')
  if (!(field instanceof HTMLInputElement) || field.dataset.auto === undefined) return
  field.value = matchMedia('(prefers-color-scheme: dark)').matches ? 'light' : 'dark'
}

listenToKeys()
keepOneFold()
otherTheme()
tellZone()
setInterval(moveTimes, 10_000)
const { live } = document.body.dataset
if (live !== undefined) watch(live)
