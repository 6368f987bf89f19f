/** Lines of the command line that can ask a server, and what they say both ways. */

export const newYear = `${new Date().getUTCFullYear() + 1}-01-01T09:00`

/** What has happened before. */
export type World =
  | 'usual'
  | 'empty'
  | 'paused'
  | 'skipped'
  | 'takenBack'
  | 'stopped'
  | 'stoppedTwice'
  | 'sentLately'
  | 'failed'
  | 'tried'
  | 'batch'
  | 'pausedBatch'
  | 'batches'

/** What has happened before, the words after `sendoff`, how it ends, and a part of what it says. */
export type Case = readonly [world: World, line: string, code: number, says: string | RegExp]

export const launches: readonly Case[] = [
  ['usual', 'launches list', 0, 'LAUNCH'],
  ['usual', 'launches list --state planned --json', 0, '"planned"'],
  ['usual', 'launches list --limit 1', 0, 'There are more'],
  ['usual', 'launches list --state none', 2, '--state none is not one of'],
  ['usual', 'launches show planned', 0, 'mailing    5'],
  ['usual', 'launches show nothing', 1, 'there is no launch nothing; sendoff launches list'],
  ['usual', 'explain doubtful', 0, 'doubtful is unknown'],
  ['tried', 'explain foreign --json', 0, '"outcome": "notLaunched"'],
  ['tried', 'launches show foreign --json', 0, '"outcome": "notLaunched"'],
  ['usual', 'explain nothing', 1, 'there is no launch nothing; sendoff launches list shows the newest'],
  ['takenBack', `explain weekly@${newYear.replace(/[-:]/g, '')}`, 1, 'its due time was decided about\nTIME  WHO: skip'],
  ['usual', 'launches resolve doubtful --launched --reason x', 0, 'doubtful is launched.'],
  ['usual', 'launches resolve doubtful --not-launched --reason x', 0, 'doubtful is failed.'],
  ['usual', 'launches resolve doubtful --write-off --reason x', 0, 'doubtful is writtenOff.'],
  [
    'usual',
    'launches resolve doubtful --not-launched --relaunch --send-until 2100-01-01T00:00Z --reason x',
    0,
    'doubtful will be launched again at TIME.',
  ],
  [
    'usual',
    'launches resolve doubtful --not-launched --relaunch --send-until 2020-01-01T00:00Z --reason x',
    1,
    'doubtful: refused: the time to send until has passed.',
  ],
  ['usual', 'launches resolve planned --launched --reason x', 1, 'planned: refused: it is planned, not unknown.'],
  ['usual', 'launches resolve nothing --launched --reason x', 1, 'nothing: refused: there is no such launch.'],
  ['usual', 'launches resolve doubtful --reason x', 2, 'say one of'],
  ['failed', 'launches retry doubtful --reason x', 0, 'doubtful is planned again; it may go out until TIME.'],
  ['failed', 'launches retry doubtful --reason " "', 2, '--reason must say why'],
  ['failed', 'launches retry doubtful --send-until 2020-01-01T00:00Z --reason x', 2, '--send-until has passed'],
  ['usual', 'launches retry doubtful --reason x', 1, 'doubtful: refused: it is unknown'],
  ['usual', 'launches retry nothing --reason x', 1, 'nothing: refused: there is no such launch.'],
  ['usual', 'launches release guarded --reason x', 2, 'mailing 66 last went to this audience at TIME. To mail'],
  ['usual', 'launches release planned --reason x', 1, 'planned: refused: it is planned, and neither'],
  ['usual', 'launches cancel planned --reason x', 0, 'planned is cancelled.'],
  ['usual', 'launches cancel doubtful --reason x', 1, 'doubtful: refused:'],
  ['usual', 'launch 12 --account main --yes --reason x', 0, 'LAUNCH\n'],
  ['usual', 'launch 12 --account main --at 2100-01-01T00:00Z --yes --json', 0, '"state":"planned"'],
  ['usual', 'launch 12 --yes', 2, 'say for which account with --account (configured: main, other)'],
  ['usual', 'launch 12 --account none --yes', 2, '--account none is not configured'],
  ['usual', 'launch 12 --account main', 2, 'there is no terminal to ask. Add --yes.'],
  ['sentLately', 'launch 91 --account main --yes', 2, 'went to this audience 1 minutes ago, at TIME. To mail'],
  ['usual', 'launch 12 --account main --yes --confirm-duplicate 08:40', 2, '--confirm-duplicate: this mailing has not'],
]

export const schedules: readonly Case[] = [
  ['usual', 'schedules list', 0, 'weekly'],
  ['paused', 'schedules list --json', 0, '"new template"'],
  ['empty', 'schedules list', 0, 'No schedules are stored.'],
  ['skipped', 'schedules show weekly', 0, 'Left out by a person'],
  ['usual', 'schedules show weekl', 2, 'there is no schedule weekl; did you mean weekly?'],
  ['empty', 'schedules show weekly', 2, 'there is no schedule weekly; there are none'],
  ['usual', 'schedules pause weekly --reason x', 0, 'weekly is paused until it is resumed.'],
  ['paused', 'schedules pause weekly --until 2100-01-01 --reason x', 0, 'weekly stays paused until Fri 2100-01-01'],
  ['usual', 'schedules pause weekly --until 2020-01-01 --reason x', 2, '--until 2020-01-01 has passed'],
  ['usual', 'schedules pause weekly --until soon --reason x', 2, '--until "soon" is not a local time'],
  ['usual', 'schedules pause none --reason x', 2, 'there is no schedule none'],
  ['paused', 'schedules resume weekly --reason x', 0, 'weekly goes on'],
  ['usual', 'schedules resume weekly --reason x', 1, 'weekly is not paused'],
  ['usual', `schedules skip weekly --at ${newYear} --reason x`, 0, 'is left out.'],
  ['skipped', `schedules skip weekly --at ${newYear} --reason x`, 1, 'is left out already: person: holiday'],
  ['usual', 'schedules skip weekly --at 2100-02-01T09:00 --reason x', 2, 'its next due times are\n  '],
  ['skipped', `schedules unskip weekly --at ${newYear}`, 0, 'is no longer left out.'],
  ['skipped', 'schedules unskip weekly --at 2100-01-01T09:00', 2, 'left out are\n  '],
  ['usual', `schedules unskip weekly --at ${newYear}`, 2, 'nobody has left out any'],
  ['usual', 'schedules run weekly --yes --reason x', 0, 'LAUNCH\n'],
  ['usual', 'schedules run weekly --reason x', 2, 'there is no terminal to ask. Add --yes.'],
  ['paused', 'schedules run weekly --yes --reason x', 1, 'weekly is paused by anna: new template. Resume it first'],
  ['sentLately', 'schedules run weekly --yes --reason x', 2, 'went to this audience 1 minutes ago'],
  ['usual', 'schedules run weekly --yes --reason x --confirm-duplicate 08:40', 2, '--confirm-duplicate: this mailing'],
  [
    'skipped',
    'calendar --days 90 --from 2099-12-01',
    0,
    /1 due times in 90 days of 1 schedules, as they are stored; 0/,
  ],
  ['usual', 'calendar --days 90 --from 2099-12-01 --json', 0, '"every year, really"'],
  ['usual', 'calendar --days 90 --from 2099-12-01 --ics', 0, 'BEGIN:VEVENT'],
  ['usual', 'calendar --schedule none', 2, 'there is no schedule none'],
  ['usual', 'calendar --account none', 2, 'no schedule is of an account none'],
]

export const desk: readonly Case[] = [
  ['stopped', 'hold status', 0, 'wrong price'],
  ['usual', 'hold status', 0, 'Nothing is stopped.'],
  ['usual', 'hold on --reason x', 0, 'Stopped: all.'],
  ['stopped', 'hold on --reason x', 0, 'all was stopped already.'],
  ['usual', 'hold on --account none --reason x', 2, '--account none is not configured (configured: main, other)'],
  ['usual', 'hold on --mailing 5 --reason x', 2, '--mailing needs --account'],
  ['stopped', 'hold off --reason x', 0, 'Released: all (person: wrong price); 0 held launches go on.'],
  ['usual', 'hold off --reason x', 1, 'all is not stopped; sendoff hold status'],
  ['usual', 'hold off --account main --cause token --reason x', 1, 'account:main is not stopped by token'],
  ['usual', 'hold off --account main --cause breaker --reason x', 1, 'the breaker of account:main is not open'],
  ['usual', 'hold off --cause none --reason x', 2, '--cause none is not one of'],
  ['stoppedTwice', 'hold off --account main --reason x', 2, '--cause token   HTTP 401 (service)'],
  ['stoppedTwice', 'hold off --account main --cause token --reason x', 0, 'Still stopped: account:main (person).'],
  ['paused', 'audit --subject schedule:weekly', 0, 'anna'],
  ['paused', 'audit --json --limit 1', 0, '"what"'],
  ['usual', 'keys list', 0, 'admin'],
  ['usual', 'keys list --json', 0, '"accounts": null'],
  ['usual', 'keys create crm --role launcher --account main --expires 2100-01-01 --reason x', 0, 'SECRET\n'],
  [
    'usual',
    'keys create crm --role viewer --account none --expires 2020-01-01 --reason " "',
    2,
    '--expires 2020-01-01 has',
  ],
  ['usual', 'keys revoke none --reason x', 1, 'there is no key none; sendoff keys list'],
]

export const bulk: readonly Case[] = [
  ['empty', 'bulk list', 0, 'No batches.'],
  ['batches', 'bulk list', 0, '0/3'],
  ['batch', 'bulk list --json', 0, '"unreleased": 3'],
  ['batch', 'bulk status offers', 0, 'stops after 3 failures in a row'],
  ['batch', 'bulk status offers --json', 0, '"perMinute": 30'],
  ['batches', 'bulk status offers', 0, '2 batches are called offers; this is the newest'],
  ['usual', 'bulk status none', 2, 'there is no batch none; sendoff bulk list'],
  ['pausedBatch', 'bulk watch offers', 8, 'paused: 0/3 rows'],
  ['pausedBatch', 'bulk watch offers --json', 8, '"paused"'],
  ['batch', 'bulk pause offers --reason x', 0, 'is paused. Of 3 rows 0 were launched.'],
  ['batches', 'bulk pause offers --reason x', 2, 'several batches are called offers; say which'],
  ['pausedBatch', 'bulk pause offers --reason x', 1, 'cannot be paused: it is paused (a test)'],
  ['pausedBatch', 'bulk resume offers --reason x --json', 0, '"rows"'],
  ['batch', 'bulk resume offers --reason x', 1, 'cannot be resumed: it is running'],
  ['batch', 'bulk cancel offers --yes --reason x', 0, 'is cancelled: 3 rows were called off.'],
  ['batch', 'bulk cancel offers --yes --reason x --json', 0, '"calledOff":3'],
  ['batch', 'bulk cancel offers --reason x', 2, 'Add --yes.'],
  ['batch', 'bulk retry offers --failed --reason x', 0, '0 rows of'],
  ['batch', 'bulk retry offers --reason x', 2, 'with --failed'],
  ['batch', 'bulk results offers', 0, 'row,key,launch,mailing,state,error,error_text,reason,attempts\n1,row1,offers-'],
  ['batch', 'bulk results offers --format ndjson --state unreleased', 0, '"key":"row3"'],
  ['usual', 'bulk results none', 2, 'there is no batch none'],
  ['usual', 'bulk submit FOLDER/rows.csv --account main --key region --ignore region --yes', 0, 'Submitted 3 rows.'],
  ['usual', 'bulk submit FOLDER/rows.csv --account main --ignore region --yes --json', 0, '"kind":"submitted"'],
  ['usual', 'bulk submit FOLDER/rows.json --account main --yes --per-minute 5 --limit 9', 0, 'rows-'],
  ['usual', 'bulk submit FOLDER/bad.csv --account main --key region --yes', 2, 'bad.csv:3: column "id"'],
  ['usual', 'bulk submit FOLDER/bad.csv --account main --key region --partial --yes', 6, '3 bad rows are left out.'],
  ['usual', 'bulk submit FOLDER/none.csv --account main --yes', 2, 'holds no rows'],
  ['usual', 'bulk submit FOLDER/rows.csv --account main --ignore region', 2, 'there is no terminal to ask. Add --yes.'],
  ['usual', 'bulk submit FOLDER/rows.csv --account main --ignore region --dry-run', 0, 'Would submit 3 rows'],
  [
    'usual',
    'bulk submit FOLDER/bad.csv --account main --key region --partial --validate-only',
    6,
    '1 row can be used.',
  ],
  [
    'sentLately',
    'bulk submit FOLDER/rows.csv --account main --ignore region --yes',
    2,
    'mailing 91 went to its own audience at TIME',
  ],
]
