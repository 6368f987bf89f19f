/** A page that stays true: after what happens it is asked for again, and becomes what it would be now. */
import { morph } from './morph.ts'
import { moveTimes } from './times.ts'

/** After an event the page is asked for this much later: events come in flocks. Milliseconds. */
const calm = 400
/** However much happens, asking takes no more than this share of the server's time. */
const share = 8
/** Without events it is asked for anew this often. Milliseconds. */
const slowly = 20_000

/** What is renewed; a page that keeps only its strip true is answered with the strip alone. */
const places = ['health', 'main']

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

let shownAt = new Date()
let timer: ReturnType<typeof setTimeout> | undefined
let asking = false
/** Before this nothing is asked again. Milliseconds. */
let restUntil = 0

function patch(fresh: Document): void {
  for (const id of places) {
    const old = document.getElementById(id)
    const next = fresh.getElementById(id)
    if (old && next) morph(old, next)
  }
  moveTimes()
}

async function refresh(): Promise<void> {
  if (asking || document.hidden) return
  asking = true
  const began = Date.now()
  const { from = location.href } = document.body.dataset
  try {
    const answer = await fetch(from, { headers: { accept: 'text/html' }, signal: AbortSignal.timeout(15_000) })
    // What was there is gone, or is theirs no longer: the page that says so is loaded, and asks for its strip alone.
    const isGone = answer.status >= 400 && answer.status < 500 && from !== '/strip'
    if (isGone || (answer.redirected && new URL(answer.url).pathname === '/sign-in')) return location.reload()
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

/** Asks for the page again, a little later. */
export function soon(): void {
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
export function watch(address: string): void {
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
