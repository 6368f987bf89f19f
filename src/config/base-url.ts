/** The one place a token is sent to. It comes from the configuration alone and must be hard to get wrong. Pure. */

/** Everything wrong with a base URL, without repeating credentials it may hold; none where it is good. */
export function baseUrlProblems(text: string, allowHttp: readonly string[]): string[] {
  if (!URL.canParse(text)) return ['must be a URL such as https://altcraft.example.com']
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return ['must begin with https://']
  const problems: string[] = []
  const trusted = isLoopback(url.hostname) || allowHttp.some(host => host.toLowerCase() === bare(url.hostname))
  if (url.protocol === 'http:' && !trusted) {
    problems.push(
      `must begin with https://, or the token is sent in the clear; name ${bare(url.hostname)} in allowHttp to allow it`,
    )
  }
  if (url.username !== '' || url.password !== '') problems.push('must not hold a user name or password')
  if (url.search !== '' || text.includes('?')) problems.push('must not hold a query (?)')
  if (url.hash !== '' || text.includes('#')) problems.push('must not hold a fragment (#)')
  if (/\/api(\/|$)/i.test(url.pathname)) problems.push('must end before /api: Sendoff adds /api/v1.1/… itself')
  return problems
}

/** The base URL in one form, without slashes at its end. */
export function tidyBaseUrl(text: string): string {
  const url = new URL(text)
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '')
}
