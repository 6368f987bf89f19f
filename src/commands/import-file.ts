import { writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { DateTime } from 'luxon'
import { type Imported, type ImportedSchedule, importCrontab } from '../crontab/import-crontab.ts'
import { codeOf, readTextFile } from '../files/text-file.ts'
import { isZone, suggestZones } from '../timetable/zone.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { standardInput } from './standard-input.ts'

interface ImportFlags {
  readonly account: string
  readonly timezone?: string
  readonly userColumn: boolean
  readonly out?: string
}

const largestCrontab = 1_024 * 1_024

/**
 * `sendoff import crontab`: the file to standard output or to a new file, everything about it to standard error. Throws
 * CommandEnding with 2 for what cannot be read or written, with 1 where no line could be imported.
 */
export async function importFile(file: string, flags: ImportFlags): Promise<void> {
  const { timezone: zone, account, userColumn } = flags
  if (zone !== undefined && !isZone(zone)) {
    const meant = suggestZones(zone)
    const hint = meant.length === 0 ? '' : `; did you mean ${meant.join(' or ')}?`
    throw new CommandEnding(exitCodes.usage, `--timezone ${zone} is not an IANA zone${hint}`)
  }
  const text = file === '-' ? await standardInput('sendoff import crontab -', largestCrontab) : textOf(file)
  const source = file === '-' ? 'the crontab' : basename(file)
  const imported = importCrontab({ text, source, account, zone, userColumn, now: Date.now() })
  if (imported.file !== undefined) write(imported.file, flags.out)
  process.stderr.write(`${reportOf(imported, account)}\n`)
  if (imported.file === undefined) throw new CommandEnding(exitCodes.failed, 'Nothing was imported.')
}

function textOf(file: string): string {
  const read = readTextFile(file, largestCrontab)
  if (!read.ok) throw new CommandEnding(exitCodes.usage, `${file} ${read.why}`)
  return read.text
}

function write(file: string, out: string | undefined): void {
  if (out === undefined) return void process.stdout.write(file)
  try {
    writeFileSync(out, file, { flag: 'wx' })
  } catch (error) {
    const why =
      codeOf(error) === 'EEXIST' ? 'exists already; it is not overwritten' : `cannot be written (${codeOf(error)})`
    throw new CommandEnding(exitCodes.usage, `--out ${out} ${why}`)
  }
}

function reportOf({ schedules, left, rivals }: Imported, account: string): string {
  const lines = schedules.flatMap(schedule => [
    `line ${schedule.line}: ${schedule.name}  ${schedule.pattern}  (${schedule.zone})`,
    `  here  ${timesOf(schedule.comparison.ours, schedule.zone)}`,
    `  cron  ${timesOf(schedule.comparison.cron, schedule.zone)}`,
    `  ${verdictOf(schedule)}`,
  ])
  const hosts = [...new Set(schedules.flatMap(({ origin }) => origin ?? []))]
  return [
    ...lines,
    ...left.map(({ line, why }) => `line ${line}: not imported: ${why}`),
    ...rivals.map(
      ({ lines, mailing }) =>
        `warning: lines ${lines.join(', ')} start mailing ${mailing} for the same audience: of those due on one day the guard maxPerDay leaves out the later ones; make them one schedule with a list in when, or set policy.maxPerDay of each.`,
    ),
    ...tokensOf(schedules, account),
    ...(hosts.length === 0 ? [] : [`accounts.${account}.baseUrl is to be ${hosts.join(' or ')}.`]),
    ...(hosts.length > 1
      ? ['These are several installations: give each an account of its own in the configuration.']
      : []),
    `${schedules.length} imported, ${left.length} not.`,
  ].join('\n')
}

function verdictOf({ comparison: { onlyOurs, onlyCron }, zone }: ImportedSchedule): string {
  if (onlyOurs.length + onlyCron.length === 0) return 'equal for the next 400 days'
  const cron = `cron alone: ${timesOf(onlyCron.slice(0, 3), zone)}`
  const here = `here alone: ${timesOf(onlyOurs.slice(0, 3), zone)}`
  return `differs where clocks change (docs/time.md): ${[onlyCron.length > 0 ? cron : '', onlyOurs.length > 0 ? here : ''].filter(Boolean).join('; ')}`
}

function tokensOf(schedules: readonly ImportedSchedule[], account: string): string[] {
  const lines = schedules.filter(({ token }) => token !== undefined).map(({ line }) => line)
  if (lines.length === 0) return []
  const numbers = [...new Set(lines)]
  const which = `${numbers.length === 1 ? 'line' : 'lines'} ${numbers.join(', ')}`
  const bearer = schedules.some(({ token }) => token === 'header') ? `, and accounts.${account}.auth: bearer` : ''
  return [
    `The token of ${which} is left out: accounts.${account}.token of the configuration says where it is, such as { env: ALTCRAFT_TOKEN }${bearer}.`,
  ]
}

function timesOf(instants: readonly number[], zone: string): string {
  if (instants.length === 0) return 'never'
  return instants
    .map(at => DateTime.fromMillis(at, { zone }).toFormat("ccc yyyy-MM-dd'T'HH:mmZZ", { locale: 'en' }))
    .join('  ')
}
