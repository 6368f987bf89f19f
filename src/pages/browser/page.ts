/**
 * What the script adds to pages that work without it: rows that stay true, times that move on, keys. It builds no markup
 * of its own: it asks for the same page again and takes over what has changed.
 */

const body = document.body
/** After an event the page is asked for this much later: events come in flocks. Milliseconds. */
const calm = 400
/** However much happens, asking takes no more than this share of the server's time. */
const share = 8
/** Without events it is asked for anew this often. Milliseconds. */
const slowly = 20_000

let shownAt = new Date()
let timer: ReturnType<typeof setTimeout> | undefined
let asking = false
/** Before this nothing is asked again. Milliseconds. */
let restUntil = 0

/** Parts that would be torn from under somebody's hands are left as they are until the hands are gone. */
function isInUse(part: Element): boolean {
  const active = document.activeElement
  const typing = active instanceof HTMLInputElement || active instanceof HTMLSelectElement
  return part.querySelector('details[open]') !== null || (typing && part.contains(active))
}

/** Replaces a part or a row, and puts the focus back where it was in it. */
function replace(old: Element, fresh: Element): void {
  const active = document.activeElement
  const links = active && old.contains(active) ? [...old.querySelectorAll('a, summary, button')] : []
  const index = active ? links.indexOf(active) : -1
  old.replaceWith(fresh)
  if (index < 0) return
  const next = fresh.querySelectorAll('a, summary, button')[index]
  if (next instanceof HTMLElement) next.focus({ preventScroll: true })
}

/** A table keeps its rows: those that are the same stay, by their ids. */
function patchRows(table: Element, fresh: Element): void {
  const wanted = new Set([...fresh.children].map(row => row.id))
  for (const row of [...table.children]) if (!wanted.has(row.id) && !isInUse(row)) row.remove()
  let place: Element | null = table.firstElementChild
  for (const row of [...fresh.children]) {
    const old = document.getElementById(row.id)
    if (!old || old.parentElement !== table) {
      const made = document.importNode(row, true)
      made.classList.add('fresh')
      table.insertBefore(made, place)
      continue
    }
    if (old !== place) table.insertBefore(old, place)
    place = old.nextElementSibling
    if (old.outerHTML !== row.outerHTML && !isInUse(old)) replace(old, document.importNode(row, true))
  }
}

function patch(fresh: Document): void {
  for (const part of document.querySelectorAll('[data-part], [data-rows]')) {
    const next = fresh.getElementById(part.id)
    if (!next || part.outerHTML === next.outerHTML) continue
    if (part.hasAttribute('data-rows')) patchRows(part, next)
    else if (!isInUse(part)) replace(part, document.importNode(next, true))
  }
  moveTimes()
}

async function refresh(): Promise<void> {
  if (asking || document.hidden) return
  asking = true
  const began = Date.now()
  try {
    const answer = await fetch(body.dataset.from ?? location.href, {
      headers: { accept: 'text/html' },
      signal: AbortSignal.timeout(15_000),
    })
    if (answer.redirected && new URL(answer.url).pathname === '/sign-in') location.reload()
    if (!answer.ok) throw new Error(String(answer.status))
    patch(new DOMParser().parseFromString(await answer.text(), 'text/html'))
    shownAt = new Date()
    lost(false)
  } catch {
    lost(true)
  } finally {
    asking = false
    restUntil = Date.now() + share * (Date.now() - began)
  }
}

function lost(isLost: boolean): void {
  const banner = document.getElementById('lost')
  if (!banner || banner.hidden === !isLost) return
  banner.hidden = !isLost
  const words = banner.dataset.words ?? ''
  if (isLost)
    banner.textContent = `${words} ${shownAt.toLocaleTimeString(document.documentElement.lang, { hour12: false })}`
}

function soon(): void {
  if (timer !== undefined) return
  timer = setTimeout(
    () => {
      timer = undefined
      void refresh()
    },
    Math.max(calm, restUntil - Date.now()),
  )
}

/** Watches what happens; a hidden page watches nothing. */
function watch(address: string): void {
  let events: EventSource | undefined
  const open = () => {
    events?.close()
    events = new EventSource(address)
    events.onopen = soon
    events.onerror = () => {
      lost(true)
      // Refused for good: it is tried anew, slowly.
      if (events?.readyState === EventSource.CLOSED) setTimeout(open, slowly)
    }
    for (const name of eventNames) events.addEventListener(name, soon)
  }
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) events?.close()
    else open()
  })
  if (!document.hidden) open()
  setInterval(() => void refresh(), slowly)
}

/** What changes anything that a page shows. */
const eventNames = [
  'attemptSettled',
  'launchEnded',
  'requeued',
  'doubtStep',
  'doubtEnded',
  'personNeeded',
  'launchSwallowed',
  'preflightProblem',
  'preflightFine',
  'batchDone',
  'batchPaused',
  'batchStuck',
  'breakerOpen',
  'breakerClosed',
  'schedulesSynced',
  'storeForgot',
  'clockWrong',
  'decided',
  'gap',
]

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const

function moveTimes(): void {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { style: 'short', numeric: 'always' })
  for (const span of document.querySelectorAll<HTMLElement>('[data-at]')) {
    const away = Number(span.dataset.at) - Date.now()
    const [unit, ms] = units.find(([, each]) => Math.abs(away) >= each) ?? (['second', 1_000] as const)
    const text = words.format(Math.round(away / ms), unit)
    if (span.textContent !== text) span.textContent = text
  }
}

/** `g` and the first letter of a section; `/`; `?`. */
function keys(): void {
  const places: Record<string, string> = {
    o: '/',
    s: '/schedules',
    l: '/launches',
    b: '/batches',
    c: '/calendar',
    a: '/audit',
  }
  let going = 0
  document.addEventListener('keydown', event => {
    const { target, key } = event
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (
      target instanceof HTMLInputElement ||
      target instanceof HTMLSelectElement ||
      target instanceof HTMLTextAreaElement
    ) {
      if (key === 'Escape') target.blur()
      return
    }
    const place = Date.now() - going < 1_500 ? places[key] : undefined
    going = key === 'g' ? Date.now() : 0
    if (place !== undefined) location.assign(place)
    else if (key === '?') dialog()?.showModal()
    else if (key === 'Escape') return closeFolds()
    else if (key === '/') document.getElementById('search')?.focus()
    else return
    event.preventDefault()
  })
}

function dialog(): HTMLDialogElement | undefined {
  const found = document.getElementById('keys')
  return found instanceof HTMLDialogElement ? found : undefined
}

function closeFolds(except?: Node): void {
  for (const fold of document.querySelectorAll<HTMLDetailsElement>('details.unfold[open]')) {
    if (except && fold.contains(except)) continue
    const held = fold.contains(document.activeElement)
    fold.open = false
    if (held) fold.querySelector('summary')?.focus()
  }
}

/** One fold is open at a time; it begins where one types. */
function folds(): void {
  document.addEventListener('click', event => {
    if (event.target instanceof Node) closeFolds(event.target)
  })
  document.addEventListener(
    'toggle',
    event => {
      if (!(event.target instanceof HTMLDetailsElement) || !event.target.open) return
      const fields = event.target.querySelectorAll<HTMLElement>('input:not([type=hidden]), select')
      const reason = [...fields].find(field => field.getAttribute('name') === 'reason')
      ;(reason ?? fields[0])?.focus()
    },
    true,
  )
}

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

keys()
folds()
otherTheme()
tellZone()
setInterval(moveTimes, 10_000)
if (body.dataset.live !== undefined) watch(body.dataset.live)
