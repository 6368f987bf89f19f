import type { Explanation } from '../duty/explain.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { deadlineWords, shortened } from './launch-view.ts'
import { type Office, type OfficeFlags, withOffice } from './office.ts'

/** `sendoff explain KEY`. */
export async function explain(key: string, flags: OfficeFlags & { readonly json: boolean }): Promise<void> {
  await withOffice(flags, async office => {
    const explanation = await explained(office, key)
    const text = flags.json ? JSON.stringify(explanation, null, 2) : linesOf(explanation).join('\n')
    process.stdout.write(`${text}\n`)
  })
}

/** A due time that was left out and taken back has no record until it is minted again. */
async function explained(office: Office, key: string): Promise<Explanation> {
  const answer = await office.explain(key)
  if (answer.kind === 'found') return answer.explanation
  const none = `there is no launch ${key}`
  const lines = answer.decisions.map(({ at, words }) => `${at}  ${words}`)
  const sentence =
    lines.length === 0
      ? `${none}; sendoff launches list shows the newest`
      : [`${none} yet; its due time was decided about`, ...lines].join('\n')
  throw new CommandEnding(exitCodes.failed, sentence)
}

function linesOf(launch: Explanation): string[] {
  const { key, state, reason, due, nominal, error, error_text, status, preflight, next } = launch
  return [
    `${key} is ${state}${reason === null ? '' : `: ${reason}`}`,
    '',
    `Due      ${due}${nominal === due ? '' : ` (nominal time ${nominal})`}; it may go out ${deadlineWords(launch)}`,
    `Because  ${launch.origin}`,
    `Request  POST campaigns/broadcasts/start ${JSON.stringify({ token: '•••', ...shortened(launch.request) })}`,
    `         Request-ID ${launch.requestId}`,
    `Answer   error ${error ?? '-'}, error_text ${error_text === null ? '-' : JSON.stringify(error_text)}, HTTP ${status ?? '-'}`,
    ...(preflight === null ? [] : [lookLine(preflight)]),
    '',
    ...launch.story.map(({ at, words }) => `${at}  ${words}`),
    ...(next.length === 0 ? [] : ['', ...next]),
  ]
}

function lookLine({ at, why, since, remedy }: NonNullable<Explanation['preflight']>): string {
  if (remedy === null) return `Before   looked at ${at}: the mailing was active`
  return `Before   looked at ${at}: ${why}, since ${since}. ${remedy}`
}
