/**
 * One tree of the page becomes another, element by element: what is the same stays, so that the focus, the place on the page and
 * what unfolded stay too. What somebody is busy with is left as it is until they are done.
 */

/** These are left whole: a form beside the words of another row would be about something else. */
const wholes = 'form, details, tr, li'

/** Makes `old` what `fresh` is; `fresh` is used up. */
export function morph(old: Element, fresh: Element): void {
  const active = document.activeElement
  become(old, fresh)
  // Elements that move lose the focus.
  if (active instanceof HTMLElement && active.isConnected && document.activeElement !== active)
    active.focus({ preventScroll: true })
}

function become(old: Element, fresh: Element): void {
  if (old.isEqualNode(fresh) || (old.matches(wholes) && isInUse(old))) return
  takeAttributes(old, fresh)
  takeChildren(old, fresh)
}

function takeAttributes(old: Element, fresh: Element): void {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && name !== 'data-fresh') old.removeAttribute(name)
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value)
  }
}

/** Children are the same by kind and id; those without an id, by their order. */
function takeChildren(old: Element, fresh: Element): void {
  const known = new Map<string, ChildNode[]>()
  for (const child of old.childNodes) {
    const alike = known.get(kindOf(child))
    if (alike) alike.push(child)
    else known.set(kindOf(child), [child])
  }
  const pairs = [...fresh.childNodes].map(child => ({ child, same: known.get(kindOf(child))?.shift() }))
  const busy = new Set<ChildNode>()
  for (const gone of [...known.values()].flat()) {
    if (gone instanceof Element && isInUse(gone)) busy.add(gone)
    else gone.remove()
  }
  let place = old.firstChild
  for (const { child, same } of pairs) {
    while (place !== null && busy.has(place)) place = place.nextSibling
    const here = same ?? child
    if (here === place) place = here.nextSibling
    else old.insertBefore(here, place)
    if (same === undefined) markFresh(child, old)
    else if (same instanceof Element && child instanceof Element) become(same, child)
    else if (same.nodeValue !== child.nodeValue) same.nodeValue = child.nodeValue
  }
}

function kindOf(node: ChildNode): string {
  return node instanceof Element && node.id !== '' ? `${node.nodeName}#${node.id}` : node.nodeName
}

/** New rows of a list are shown as new. */
function markFresh(child: ChildNode, parent: Element): void {
  if (child instanceof Element && parent.hasAttribute('data-rows')) child.setAttribute('data-fresh', '')
}

/** Whether somebody has unfolded it, types in it, or has filled something in. */
function isInUse(element: Element): boolean {
  if (element.matches('details[open]') || element.querySelector('details[open]') !== null) return true
  const active = document.activeElement
  return [...element.querySelectorAll('input, select, textarea')].some(field => field === active || isFilledIn(field))
}

function isFilledIn(field: Element): boolean {
  if (field instanceof HTMLSelectElement) {
    const offered = Math.max(
      0,
      [...field.options].findIndex(option => option.defaultSelected),
    )
    return field.selectedIndex !== offered
  }
  if (field instanceof HTMLTextAreaElement) return field.value !== field.defaultValue
  if (!(field instanceof HTMLInputElement) || field.type === 'hidden') return false
  return field.value !== field.defaultValue || field.checked !== field.defaultChecked
}
