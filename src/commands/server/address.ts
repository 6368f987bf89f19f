/** Where a server is, and the key that opens it. Throws CommandEnding where one of them cannot be used; no secret is shown. */
import { readEnvironment, secretVariable } from '../../config/environment.ts'
import { keyVariable } from '../../config/variable-names.ts'
import { formatProblem } from '../../files/problem.ts'
import { CommandEnding, exitCodes } from '../ending.ts'

/** What paths are added to. */
export function serverAddress(url: string): string {
  const address = URL.canParse(url) ? new URL(url) : undefined
  if (!address || !/^https?:$/.test(address.protocol))
    throw usage(`--url ${url} is not the address of a server; write http://127.0.0.1:8377`)
  if (address.username !== '' || address.password !== '')
    throw usage(`--url holds a name or a password: put an API key into ${keyVariable}, and leave them out`)
  if (/[?#]/.test(url))
    throw usage('--url holds a ? or a #: write only where the server is, such as http://127.0.0.1:8377')
  return url.replace(/\/+$/, '')
}

export function keyFromEnvironment(): string | undefined {
  const cwd = process.cwd()
  const found = secretVariable(readEnvironment(process.env, cwd), keyVariable, cwd)
  if (found.found) return soundKey(found.value)
  if (found.problem) throw usage(formatProblem(found.problem))
  return undefined
}

/** What no header may hold is told without being shown: it is a secret all the same. */
function soundKey(key: string): string {
  if (/^[\x21-\x7e]+$/.test(key)) return key
  throw usage(`the API key in ${keyVariable} has blanks, line breaks or letters that no key has; copy it once more`)
}

function usage(sentence: string): CommandEnding {
  return new CommandEnding(exitCodes.usage, sentence)
}
