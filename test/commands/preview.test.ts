/** sendoff preview, in this process. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectFolder } from '../config/project-folder.ts'
import { ended } from './both-ways.ts'

const jobs = `version: 1
defaults: { account: main, timezone: Europe/Berlin }
schedules:
  hours:
    when:
      - { cron: "30 2 * * *" }
      - { every: 12h, anchor: 2027-01-01T00:00Z }
    jitter: 10m
    launch: { id: 1 }
  few:
    when: { rrule: "FREQ=DAILY", start: 2027-01-01T09:00 }
    maxRuns: 2
    launch: { id: 2 }
  over:
    when: { at: 2026-01-01T09:00, ifPast: skip }
    launch: { id: 3 }
`
const cwd = projectFolder({ 'jobs/a.yaml': jobs })

const preview = (...args: string[]) => ended(['--jobs', join(cwd, 'jobs'), 'preview', ...args])

describe('sendoff preview', () => {
  it('shows all entries of a schedule in one order, when each really goes, and why', async () => {
    expect(await preview('hours', '--from', '2027-03-27T20:00Z', '--next', '3')).toEqual({
      code: 0,
      stderr: '',
      stdout: `hours  (Europe/Berlin)
  At all of these times:
  - At 02:30
  - Every 12 hours, counted from 1 January 2027 01:00 (Europe/Berlin)
  Each goes 5 minutes and 41 seconds after its time (jitter up to 10 minutes)
  Sun 2027-03-28T01:05:41+01:00  2027-03-28T00:05:41.000Z  341s of jitter after Sun 2027-03-28T01:00:00+01:00
  Sun 2027-03-28T03:35:41+02:00  2027-03-28T01:35:41.000Z  clocks go forward over this time: it fires after the gap; 341s of jitter after Sun 2027-03-28T03:30:00+02:00
  Sun 2027-03-28T14:05:41+02:00  2027-03-28T12:05:41.000Z  341s of jitter after Sun 2027-03-28T14:00:00+02:00
`,
    })
  })

  it('gives the same as data, with nominal and real times', async () => {
    const { stdout } = await preview('hours', '--from', '2027-03-28T01:00Z', '--next', '1', '--json')
    expect(JSON.parse(stdout)).toEqual([
      {
        schedule: 'hours',
        nominal: '2027-03-28T01:30:00.000Z',
        due: '2027-03-28T01:35:41.000Z',
        goes: true,
        local: 'Sun 2027-03-28T03:35:41+02:00',
        timezone: 'Europe/Berlin',
        key: 'hours@20270328T0230',
        note: 'clocks go forward over this time: it fires after the gap; 341s of jitter after Sun 2027-03-28T03:30:00+02:00',
        words:
          'At all of these times: At 02:30; Every 12 hours, counted from 1 January 2027 01:00 (Europe/Berlin). Each goes 5 minutes and 41 seconds after its time (jitter up to 10 minutes)',
        content: null,
      },
    ])
  })

  it('says that a schedule is completed, or never due again', async () => {
    expect((await preview('few', 'over', '--from', '2027-01-02T09:00Z')).stdout).toBe(
      `few  (Europe/Berlin)
  At 09:00, beginning 1 January 2027 09:00
  Runs 2 times in all, then it is completed
  completed: no more than 2 runs were declared
over  (Europe/Berlin)
  On 1 January 2026 09:00
  never again
`,
    )
    expect((await preview('few', '--from', '2026-12-01')).stdout.split('\n')).toHaveLength(6)
  })

  it('reads a rule from the command line', async () => {
    const rule = ['--rrule', 'DTSTART;TZID=Europe/Riga:20270101T090000\nRRULE:FREQ=DAILY', '--timezone', 'Europe/Riga']
    const { stdout } = await preview(...rule, '--from', '2027-01-01', '--next', '1', '--json')
    expect(JSON.parse(stdout)).toMatchObject([{ due: '2027-01-01T07:00:00.000Z', timezone: 'Europe/Riga' }])
  })

  it.each([
    [['--cron', '0 9 * * *'], '--cron needs --timezone, like --timezone Europe/Riga'],
    [
      ['--cron', '0 9 1 * 1', '--timezone', 'UTC'],
      '--cron "0 9 1 * 1": "0 9 1 * 1" restricts the day of the month and the weekday: write --day-match any for days that match either, as cron does, or --day-match all for days that match both',
    ],
    [
      ['--cron', '0 0 9 * * *', '--timezone', 'UTC'],
      '--cron "0 0 9 * * *": "0 0 9 * * *" has 6 fields, 5 needed (minute hour day-of-month month weekday); write --seconds to mean seconds',
    ],
    [['--rrule', 'FREQ=DAILY', '--timezone', 'UTC'], 'start is missing'],
    [['--rrule', 'FREQ=X', '--start', '2027-01-01T09:00', '--timezone', 'UTC'], 'FREQ=X must be one of'],
    [['--rrule', 'FREQ=DAILY', '--cron', '@daily', '--timezone', 'UTC'], '--cron and --rrule are both given'],
    [['--cron', '@daily', '--start', '2027-01-01T09:00', '--timezone', 'UTC'], 'start belongs to rrule, not to cron'],
    [['hours', '--cron', '@daily', '--timezone', 'UTC'], 'give names of schedules, or --cron or --rrule, not both'],
    [['--cron', '@daily', '--timezone', 'Europe/Rga'], 'did you mean Europe/Riga?'],
    [['ours'], 'there is no schedule ours; did you mean hours?'],
    [['--from', 'tomorrow'], '--from tomorrow is not a time'],
  ])('refuses %j, and ends with 2', async (args, sentence) => {
    const { code, stdout, stderr } = await preview(...args)
    expect(stderr).toContain(sentence)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})
