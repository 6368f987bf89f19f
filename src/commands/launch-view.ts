/** Launches as the commands print them for people. */
import type { LaunchRow, LaunchWhole } from '../duty/launch-shape.ts'

/** Until when it may be sent; a row of a batch that may not go for now has no deadline. */
export function deadlineWords({ sendUntil }: Pick<LaunchWhole, 'sendUntil'>): string {
  return sendUntil === null ? 'when its batch may go on' : `until ${sendUntil}`
}

/** A table for people: columns as wide as their longest cell, the last one as long as it is. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map(row => (row[column] ?? '').length)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === cells.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd()
  return [line(header), ...rows.map(line)].join('\n')
}

/** The answer of the last attempt in one cell. */
export function answerCell({ error, error_text, state, reason }: LaunchRow | LaunchWhole): string {
  if (error !== null) return `${error} ${error_text ?? ''}`.trim()
  return state === 'launched' ? '' : (reason ?? '')
}

export function launchLines(launch: LaunchWhole): string {
  const { key, state, reason, schedule, by, why, due, nominal } = launch
  const lines = [
    `${key}: ${state}${reason === null ? '' : ` - ${reason}`}`,
    `  mailing    ${launch.mailing} of account ${launch.account}`,
    `  origin     ${launch.origin}${schedule === null ? '' : ` ${schedule}`}${by === null ? '' : `, by ${by}`}${why === null ? '' : `: ${why}`}`,
    `  due        ${due}${nominal === due ? '' : `, nominal time ${nominal}`}, to be sent ${deadlineWords(launch)}`,
    ...(launch.open ?? []).map(([from, until]) => `  open       from ${from}, before ${until}`),
    `  request    ${JSON.stringify(shortened(launch.request))}`,
    `  Request-ID ${launch.requestId}`,
    `  error      ${launch.error ?? '-'}`,
    `  error_text ${launch.error_text ?? '-'}`,
  ]
  for (const [entered, at] of Object.entries(launch.times).sort(([, a], [, b]) => Date.parse(a) - Date.parse(b)))
    lines.push(`  ${at}  ${entered}`)
  for (const attempt of launch.attempts) {
    const answer =
      attempt.error === undefined ? (attempt.detail ?? '') : `error ${attempt.error} ${attempt.error_text ?? ''}`
    const status = attempt.status === undefined ? '' : `HTTP ${attempt.status}, `
    lines.push(
      `  attempt ${attempt.number}  ${attempt.start}  ${attempt.outcome ?? 'under way'}: ${attempt.reason ?? ''} (${status}${answer})`,
    )
  }
  return lines.join('\n')
}

/** Attachments are megabytes of base64; people want to see that they are there. */
export function shortened(request: LaunchWhole['request']): object {
  return Array.isArray(request.attach) ? { ...request, attach: `${request.attach.length} attached` } : request
}
