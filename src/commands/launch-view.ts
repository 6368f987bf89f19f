/** Launch records as the commands show them: one shape for JSON, one line for people. */
import type { LaunchRecord, ListedLaunch } from '../launches/record.ts'

const iso = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString())

/** One row of `launches list --json`. Absent values are null; times are UTC. */
export function launchRow(record: ListedLaunch) {
  return {
    key: record.key,
    state: record.state,
    reason: record.reason ?? null,
    account: record.account,
    mailing: record.mailing,
    origin: record.origin,
    schedule: record.schedule ?? null,
    due: iso(record.due),
    error: record.error ?? null,
    error_text: record.error_text ?? null,
    status: record.status ?? null,
    attempts: record.attempts,
    lateness: record.lateness ?? null,
  }
}

/** `launches show --json`: the row with its attempts, times and request whole. */
export function launchWhole(record: LaunchRecord) {
  return {
    ...launchRow(record),
    attempts: record.attemptList.map(attempt => ({
      ...attempt,
      start: iso(attempt.start),
      sent: iso(attempt.sent),
      end: iso(attempt.end),
    })),
    times: Object.fromEntries(Object.entries(record.times).map(([state, at]) => [state, iso(at)])),
    request: record.request,
    requestId: record.requestId,
    created: iso(record.created),
    nominal: iso(record.nominal ?? record.due),
    notBefore: iso(record.notBefore),
    sendUntil: iso(record.sendUntil),
    open: record.open?.map(([from, until]) => [iso(from), iso(until)]) ?? null,
    policy: record.policy,
    owner: record.owner ?? null,
    by: record.by ?? null,
    why: record.why ?? null,
  }
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
export function answerCell(record: ListedLaunch): string {
  if (record.error !== undefined) return `${record.error} ${record.error_text ?? ''}`.trim()
  return record.state === 'launched' ? '' : (record.reason ?? '')
}

export function launchLines(record: LaunchRecord): string {
  const whole = launchWhole(record)
  const lines = [
    `${record.key}: ${record.state}${record.reason === undefined ? '' : ` - ${record.reason}`}`,
    `  mailing    ${record.mailing} of account ${record.account}`,
    `  origin     ${record.origin}${record.schedule === undefined ? '' : ` ${record.schedule}`}${record.by === undefined ? '' : `, by ${record.by}`}${record.why === undefined ? '' : `: ${record.why}`}`,
    `  due        ${whole.due}${whole.nominal === whole.due ? '' : `, nominal time ${whole.nominal}`}, to be sent until ${whole.sendUntil}`,
    ...(whole.open ?? []).map(([from, until]) => `  open       from ${from}, before ${until}`),
    `  request    ${JSON.stringify(shortened(record.request))}`,
    `  Request-ID ${record.requestId}`,
    `  error      ${record.error ?? '-'}`,
    `  error_text ${record.error_text ?? '-'}`,
  ]
  for (const [state, at] of Object.entries(record.times).sort(([, a], [, b]) => a - b)) {
    lines.push(`  ${new Date(at).toISOString()}  ${state}`)
  }
  for (const attempt of whole.attempts) {
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
function shortened(request: LaunchRecord['request']): unknown {
  if (request.attach === undefined) return request
  return { ...request, attach: `${request.attach.length} attached` }
}
