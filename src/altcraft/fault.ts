/** What broke, in the words of an Observation. */
export interface Fault {
  readonly code: string
  readonly syscall: string | undefined
  readonly detail: string
}

/** Node tries each address of a host by turns and throws the failures together; the first one speaks for all. */
function firstOf(error: Error): Error {
  return error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error
}

/**
 * Takes anything thrown or reported; returns its code (the error's name where it has none), system call and message.
 */
export function faultOf(thrown: unknown): Fault {
  if (!(thrown instanceof Error)) return { code: 'UNKNOWN', syscall: undefined, detail: String(thrown) }
  const error = firstOf(thrown)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  const syscall = 'syscall' in error && typeof error.syscall === 'string' ? error.syscall : undefined
  return { code, syscall, detail: error.message }
}

/** An error of our own, for where a library wants one. */
export function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
