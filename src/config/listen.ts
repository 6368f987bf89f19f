/** `http.listen`: where the HTTP server listens. Pure. */

export interface ListenAddress {
  /** Without brackets. */
  readonly host: string
  readonly port: number
}

/** Reads `127.0.0.1:8377` or `[::1]:8377`; undefined where it is no address with a port. */
export function readListen(text: string): ListenAddress | undefined {
  const [, six, four, port = ''] = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text) ?? []
  const host = six ?? four
  return host === undefined || Number(port) > 65_535 ? undefined : { host, port: Number(port) }
}

/** Whether nothing but this machine can reach a server on this host, in brackets or without. */
export function isLoopback(host: string): boolean {
  return ['localhost', '::1', '[::1]'].includes(host) || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
}
