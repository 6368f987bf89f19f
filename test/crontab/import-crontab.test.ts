import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { importCrontab } from '../../src/crontab/import-crontab.ts'
import { formatProblem } from '../../src/files/problem.ts'
import { readScheduleText } from '../../src/timetable/schedule-file.ts'

const now = Date.parse('2026-11-24T12:00:00Z')
const team = readFileSync(new URL('team.crontab', import.meta.url), 'utf8')
const start = 'https://altcraft.example.com/api/v1.1/campaigns/broadcasts/start'

function imported(text: string, more: { zone?: string | undefined; userColumn?: boolean } = {}) {
  const input = { text, source: 'team.crontab', account: 'main', zone: 'UTC', userColumn: false, now, ...more }
  const result = importCrontab(input)
  const folders = { from: '/nowhere', within: '/nowhere' }
  const read = readScheduleText(result.file ?? 'version: 1\nschedules: {}', 'f.yaml', {
    accounts: ['main'],
    now,
    folders,
  })
  return { ...result, declared: read.schedules, problems: read.problems.map(formatProblem) }
}
const one = (command: string) => imported(`0 9 * * * ${command}`)
const launchOf = (command: string) => one(command).declared[0]?.launch
const whyNot = (command: string) => one(command).left[0]?.why

describe('a crontab of a team', () => {
  const all = imported(team)

  it('becomes a file that is valid, a schedule for each mailing that a line starts', () => {
    expect(all.problems).toEqual([])
    expect(all.declared.map(({ name, launch }) => [name, launch])).toEqual([
      ['mailing-90-0-9-x-x-1', { id: 90 }],
      [
        'mailing-12',
        { id: 12, override_source_type: 'segment', override_source_id: 7, content: { city: 'Rīga', off: '20%' } },
      ],
      ['mailing-31', { id: 31, override_limit: 500 }],
      ['mailing-44', { id: 44, content: { say: "it's" } }],
      ['mailing-90-15-7-13-x-5', { id: 90 }],
      ['mailing-90-15-8-every2-x-1', { id: 90 }],
      ['mailing-5', { id: 5 }],
      ['mailing-6', { id: 6 }],
    ])
  })

  it('names the lines that start one mailing for the same people', () => {
    expect(all.rivals).toEqual([
      { mailing: 90, lines: all.schedules.flatMap(each => (each.mailing === 90 ? each.line : [])) },
    ])
    expect(imported('').rivals).toEqual([])
  })

  it('names a zone of CRON_TZ that is none', () => {
    const curl = `curl -d '{"token":"x","id":90}' ${start}`
    expect(imported(`CRON_TZ=Europe/Rga\n0 9 * * * ${curl}`).left).toEqual([
      { line: 2, why: 'CRON_TZ "Europe/Rga" is not an IANA time zone' },
    ])
  })

  it('says of every other line why it is left out', () => {
    expect(all.left.map(({ line, why }) => `${line} ${why}`)).toEqual([
      '20 content is the output of a command, which only the shell knows',
      '21 its body holds $ID, which only the shell knows',
      '22 its body is in a file; write the schedule by hand',
      '23 test before it may decide whether it runs',
      expect.stringMatching(/^24 .*override_source_type and override_source_id/),
      '25 curl does not call campaigns/broadcasts/start',
      '26 it does not run curl',
      expect.stringMatching(/^27 .*@reboot is refused/),
      expect.stringMatching(/^28 .*5-59\/10/),
      '29 it holds a backquote, which runs another command',
      '30 is neither a setting nor a time and a command',
    ])
  })

  it('is due when cron runs it, day fields that begin with a star included', () => {
    for (const { comparison, name } of all.schedules) {
      expect([name, comparison.onlyCron, comparison.onlyOurs]).toEqual([name, [], []])
      expect(comparison.ours).toEqual(comparison.cron)
      expect(comparison.ours).toHaveLength(3)
    }
    expect(all.declared.map(({ when }) => when.entries[0]).slice(4, 6)).toMatchObject([
      { pattern: '15 7 13 * 5', dayMatch: 'any', timezone: 'Europe/Riga' },
      { pattern: '15 8 */2 * 1', dayMatch: 'all' },
    ])
  })

  it('loses its tokens, and says where each one stood', () => {
    expect(JSON.stringify(all)).not.toContain('secret')
    expect(all.schedules.map(({ token }) => token)).toEqual([
      'body',
      'body',
      'address',
      'header',
      undefined,
      'body',
      undefined,
      undefined,
    ])
  })
})

describe('a line', () => {
  it.each([
    ['single quotes with one inside', `curl -d '{"id":1,"content":{"a":"it'"'"'s"}}' ${start}`, { a: "it's" }],
    ['a quote after a backslash', `curl -d '{"id":1,"content":{"a":"it'\\''s"}}' ${start}`, { a: "it's" }],
    ['double quotes', `curl -d "{\\"id\\":1,\\"content\\":{\\"a\\":\\"\\$5\\"}}" ${start}`, { a: '$5' }],
    ['pieces side by side', `curl -d '{"id":1,"content":'"{\\"a\\":"'"b"}}' ${start}`, { a: 'b' }],
    ['options together', `curl -sSXPOST -H 'A: b' -d'{"id":1,"content":{"a":1}}' --url ${start}`, { a: 1 }],
    ['a percent sign', `curl -d '{"id":1,"content":{"a":"5\\%"}}' ${start}`, { a: '5%' }],
    ['a form with JSON in it', `curl -d id=1 -d 'content={"a":[1,2]}' ${start}`, { a: [1, 2] }],
    ['two pieces of JSON', `curl --json '{"id":1,' --json '"content":{"a":2}}' ${start}`, { a: 2 }],
  ])('is read as a shell and curl read it: %s', (_, command, content) => {
    expect(launchOf(command)).toEqual({ id: 1, content })
  })

  it.each([
    `nice -n 10 curl -d id=1 ${start}`,
    `timeout 30 nohup /usr/bin/curl -d id=1 ${start}`,
    `sh -c "curl -d id=1 ${start}"`,
    `flock -n /tmp/lock -c "curl -d id=1 ${start}"`,
    `flock /tmp/lock sh -c 'cd /tmp && curl -d id=1 ${start}'`,
    `ID=5 LANG=C curl -d id=1 ${start}`,
    `cd /srv; umask 077; curl -d id=1 ${start} || echo failed`,
  ])('is found inside of what runs it: %s', command => {
    expect(launchOf(command)).toEqual({ id: 1 })
  })

  it.each([
    [`sleep 60; curl -d id=1 ${start}`, 'it waits (sleep) before it starts the mailing; choose another time'],
    [`false || curl -d id=1 ${start}`, 'it runs only where the command before it fails'],
    [`echo '{"id":1}' | curl -d @- ${start}`, 'its body comes from another command or a file'],
    [`[ -f /tmp/x ] && curl -d id=1 ${start}`, '[ before it may decide whether it runs'],
    [`curl --unheard-of -d id=1 ${start}`, 'curl has an option that is not known here'],
    [`curl -G -d id=1 ${start}`, 'curl does not send a body'],
    [`curl ${start}`, 'it has no body, so no mailing'],
    [`curl -d '{"id":1' ${start}`, 'its body is not JSON'],
    [`curl -d '<a/>' ${start}`, 'its body is XML; write the schedule by hand'],
    [`curl -d '[1]' ${start}`, 'its body is not a JSON object'],
    [`curl -d limit=1 ${start}`, 'its body names no mailing (id)'],
    [`curl -d 'id=1&limit=2' ${start}`, 'its body is not one that starts a mailing (limit is not understood)'],
    [`curl -d '{"id":1,"content":{"city":"$CITY"}}' ${start}`, undefined],
    [
      `curl -d "{\\"id\\":1,\\"content\\":{\\"c\\":\\"$CITY\\"}}" ${start}`,
      'content is $CITY, which only the shell knows',
    ],
    [`(curl -d id=1 ${start})`, 'it does not run curl'],
    [`curl -d "unclosed ${start}`, 'its command is not understood'],
  ])('that no file can say is left out with the reason: %s', (command, why) => {
    expect(whyNot(command)).toBe(why)
  })

  it('whose token alone is not known is imported all the same', () => {
    expect(launchOf(`curl -d "{\\"token\\":\\"$TOKEN\\",\\"id\\":1}" ${start}`)).toEqual({ id: 1 })
  })

  it('takes values from the settings above it, not from those below', () => {
    const { declared, left } = imported(
      `ID=1\n0 9 * * * curl -d id=$ID ${start}\n0 9 * * * curl -d id=$IT ${start}\nIT=2\n`,
    )
    expect(declared.map(({ launch }) => launch)).toEqual([{ id: 1 }])
    expect(left).toEqual([{ line: 3, why: 'id is $IT, which only the shell knows' }])
  })

  it('is due in the zone of CRON_TZ above it, else of the machine, and is left out where neither is known', () => {
    const text = `0 9 * * * curl -d id=1 ${start}\nCRON_TZ=Asia/Tokyo\n0 9 * * * curl -d id=2 ${start}\n`
    expect(imported(text, { zone: 'Europe/Riga' }).declared.map(({ when }) => when.timezone)).toEqual([
      'Europe/Riga',
      'Asia/Tokyo',
    ])
    expect(imported(text, { zone: undefined }).left).toEqual([
      { line: 1, why: 'its zone is not known: no CRON_TZ above it, and no --timezone' },
    ])
  })

  it('may have a user before its command', () => {
    const { declared } = imported(`0 9 * * * mail curl -d id=1 ${start}\n@daily mail curl -d id=2 ${start}`, {
      userColumn: true,
    })
    expect(declared.map(({ name }) => name)).toEqual(['mailing-1', 'mailing-2'])
  })

  it('that clocks meet differs from cron, and both are shown', () => {
    const [schedule] = imported(`CRON_TZ=Europe/Berlin\n30 2 * * * curl -d id=1 ${start}`).schedules
    expect(schedule?.comparison.onlyCron).toEqual([Date.parse('2027-03-28T01:00:00Z')])
    expect(schedule?.comparison.onlyOurs).toEqual([Date.parse('2027-03-28T01:30:00Z')])
  })

  it('keeps its name when lines around it come and go', () => {
    const line = (minute: number) => `${minute} 9 * * * curl -d id=1 ${start}\n`
    const names = (text: string) => imported(text).declared.map(({ name }) => name)
    expect(names(line(1) + line(2))).toEqual(['mailing-1-1-9-x-x-x', 'mailing-1-2-9-x-x-x'])
    expect(names(line(2) + line(3) + line(1)).toSorted()).toEqual([
      'mailing-1-1-9-x-x-x',
      'mailing-1-2-9-x-x-x',
      'mailing-1-3-9-x-x-x',
    ])
    expect(names(line(1) + line(1))).toEqual(['mailing-1-1-9-x-x-x', 'mailing-1-1-9-x-x-x-2'])
  })
})
