/** Text of schedule files, and its reading, for the tests of what may be written there. */
import { formatProblem } from '../../src/files/problem.ts'
import { readScheduleText } from '../../src/timetable/schedule-file.ts'

const now = Date.parse('2026-11-22T12:00:00Z')
export const context = { accounts: ['main', 'second'], now, folders: { from: '/nowhere', within: '/nowhere' } }
export const read = (text: string) => readScheduleText(text, 'jobs/f.yaml', context)
export const problemsOf = (text: string) => read(text).problems.map(formatProblem)

/** A file with one schedule; what is given stands in place of the good parts. */
export const file = ({
  head = '',
  name = 'digest',
  account = 'account: main',
  when = '{ cron: "0 9 * * 1", timezone: Europe/Berlin }',
  launch = '{ id: 90 }',
  rest = '',
}) =>
  `version: 1\n${head}schedules:\n  ${name}:\n    ${account}\n    when: ${when}\n    launch: ${launch}\n    ${rest}\n`

/** One problem at a place (`line:column`) of the file. */
export const at = (place: string, sentence: string) => [`jobs/f.yaml:${place}: ${sentence}`]
