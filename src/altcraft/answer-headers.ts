/** The few headers of an answer that decide something. Names arrive in lower case, as undici gives them. */
export type AnswerHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/** One header's text; several headers of one name are one list (RFC 9110, section 5.3). */
export function headerText(headers: AnswerHeaders, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'object' ? value.join(', ') : value
}

/**
 * Whether the platform says that it replayed an earlier answer. Anything but a plain "no" counts: a mark in a spelling
 * not known yet must not pass for a launch. https://guides.altcraft.com/en/developer-guide/miscellaneous/41484312
 */
export function isMarkedDuplicate(headers: AnswerHeaders): boolean {
  return ['duplicate-request', 'x-duplicate-request'].some(name => {
    const mark = headerText(headers, name)
    return mark !== undefined && !['', 'false', '0', 'no'].includes(mark.trim().toLowerCase())
  })
}

/** The `Date` header in milliseconds since the epoch. */
export function serverDate(headers: AnswerHeaders): number | undefined {
  return httpDate(headerText(headers, 'date'))
}

/**
 * `Retry-After` in milliseconds from `now` (milliseconds since the epoch): seconds or an HTTP date (RFC 9110, 10.2.3).
 * A date is held against the server's own clock where it sent one. Junk and times gone by give undefined.
 */
export function retryAfter(headers: AnswerHeaders, now: number): number | undefined {
  const text = headerText(headers, 'retry-after')?.trim()
  if (text === undefined) return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const date = httpDate(text)
  if (date === undefined) return undefined
  const wait = date - (serverDate(headers) ?? now)
  return wait < 0 ? undefined : wait
}

/**
 * The one form of date that senders may still use (IMF-fixdate, RFC 9110, 5.6.7); Date.parse alone takes almost
 * anything.
 */
function httpDate(text: string | undefined): number | undefined {
  if (text === undefined || !/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text))
    return undefined
  const time = Date.parse(text)
  return Number.isNaN(time) ? undefined : time
}
