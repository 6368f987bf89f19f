/** What keys and clicks do beyond what the browser does with them. */
import { meantKey } from './keys.ts'

/** `g` and the first letter of a section; `/`; `?`. */
export function listenToKeys(): void {
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
    const { target } = event
    const key = meantKey(event)
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (
      target instanceof HTMLInputElement ||
      target instanceof HTMLSelectElement ||
      target instanceof HTMLTextAreaElement
    ) {
      if (key === 'Escape' && !closeFolds()) target.blur()
      return
    }
    const place = Date.now() - going < 1_500 ? places[key] : undefined
    going = key === 'g' ? Date.now() : 0
    if (place !== undefined) location.assign(place)
    else if (key === '?') dialog()?.showModal()
    else if (key === 'Escape') {
      closeFolds()
      return
    } else if (key === '/') document.getElementById('search')?.focus()
    else return
    event.preventDefault()
  })
}

function dialog(): HTMLDialogElement | undefined {
  const found = document.getElementById('keys')
  return found instanceof HTMLDialogElement ? found : undefined
}

/** Whether one of them held the focus, which is now where it is opened. */
function closeFolds(except?: Node): boolean {
  let heldAny = false
  for (const fold of document.querySelectorAll<HTMLDetailsElement>('details.unfold[open]')) {
    if (except && fold.contains(except)) continue
    const held = fold.contains(document.activeElement)
    fold.open = false
    if (held) fold.querySelector('summary')?.focus()
    heldAny ||= held
  }
  return heldAny
}

/** One fold is open at a time; it begins where one types. */
export function keepOneFold(): void {
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
