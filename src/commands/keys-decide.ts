import { keyName } from '../http/api-keys.ts'
import type { Role } from '../http/doors.ts'
import { readSpanEnd } from '../timetable/moment.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { table } from './launch-view.ts'
import { type OfficeFlags, withOffice } from './office.ts'

interface CreateFlags extends OfficeFlags {
  readonly role: Role
  readonly account?: readonly string[]
  readonly expires?: string
  readonly reason: string
}

/** `keys create NAME`. Throws CommandEnding with code 2 and all that is wrong with the options. */
export async function createKeyCommand(name: string, flags: CreateFlags): Promise<void> {
  await withOffice(flags, async office => {
    const now = await office.now()
    const configured = await office.accounts()
    const { role, account: accounts } = flags
    const why = flags.reason.trim()
    const until = flags.expires === undefined ? undefined : readSpanEnd(flags.expires, 'UTC')
    const problems = [
      ...(keyName.test(name)
        ? []
        : [`${name} is no name of a key: begin with a letter; small letters, digits, hyphens`]),
      ...(accounts ?? []).filter(each => !configured.includes(each)).map(each => `--account ${each} is not configured`),
      ...(typeof until === 'string' ? [`--expires ${until}`] : []),
      ...(typeof until === 'number' && until <= now ? [`--expires ${flags.expires} has passed`] : []),
      ...(why === '' ? ['--reason must say what it is for'] : []),
    ]
    if (problems.length > 0) throw new CommandEnding(exitCodes.usage, problems.join('\n'))
    const expires = typeof until === 'number' ? until : undefined
    const key = await office.createKey({ name, role, accounts, expires }, why)
    if (key === undefined) throw new CommandEnding(exitCodes.failed, `there is a key ${name} already; revoke it first`)
    process.stderr.write('It is shown this once. Send it as Authorization: Bearer, or put it into SENDOFF_KEY.\n')
    process.stdout.write(`${key}\n`)
  })
}

/** `keys list`. */
export async function listKeysCommand(flags: OfficeFlags & { readonly json: boolean }): Promise<void> {
  await withOffice(flags, async office => {
    const keys = await office.keys()
    if (flags.json) return void process.stdout.write(`${JSON.stringify(keys, null, 2)}\n`)
    if (keys.length === 0) return void process.stderr.write('There are no API keys.\n')
    const rows = keys.map(({ name, role, accounts, created, by, expires }) => [
      name,
      role,
      accounts?.join(', ') ?? 'all',
      created,
      expires ?? 'never',
      by,
    ])
    process.stdout.write(`${table(['KEY', 'ROLE', 'ACCOUNTS', 'CREATED', 'EXPIRES', 'BY'], rows)}\n`)
  })
}

/** `keys revoke NAME`. */
export async function revokeKeyCommand(name: string, flags: OfficeFlags & { readonly reason: string }): Promise<void> {
  const why = flags.reason.trim()
  if (why === '') throw new CommandEnding(exitCodes.usage, '--reason must say why')
  await withOffice(flags, async office => {
    if (!(await office.revokeKey(name, why)))
      throw new CommandEnding(exitCodes.failed, `there is no key ${name}; sendoff keys list shows what there is`)
    process.stderr.write(`${name} opens nothing any more.\n`)
  })
}
