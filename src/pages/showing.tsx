/** The pages that show things: from an address to a model, from a model to a page. */
import { listBatches } from '../bulk/list.ts'
import { problemsOf, showBatch } from '../bulk/read.ts'
import { auditRow } from '../duty/audit-shape.ts'
import { knownCalendar } from '../duty/known-calendar.ts'
import { maySee } from '../http/access.ts'
import type { HttpParts } from '../http/parts.ts'
import { Problem } from '../http/problem.ts'
import { readAudit } from '../launches/audit.ts'
import { forbidden, missing, type Pages, show } from './desk.tsx'
import { oneOf } from './look.ts'
import { needsCount } from './read/attention.ts'
import { newestRows } from './read/batch-rows.ts'
import { calendarModel, calendarViews } from './read/calendar.ts'
import { readLaunch } from './read/launch.ts'
import { readLaunches } from './read/launches.ts'
import { readOverview } from './read/overview.ts'
import { readSchedule } from './read/schedule.ts'
import { isSeen, readSchedules, scheduleFilters } from './read/schedules.ts'
import { readShell } from './read/shell.ts'
import { type Span, spans } from './read/upcoming.ts'
import { readSearch } from './search.ts'
import { AuditPage } from './view/audit.tsx'
import { BatchPage } from './view/batch.tsx'
import { BatchesList } from './view/batches.tsx'
import { CalendarPage, TooMuchPage } from './view/calendar.tsx'
import { LaunchPage } from './view/launch.tsx'
import { LaunchesList } from './view/launches.tsx'
import { strip } from './view/layout.tsx'
import { OverviewPage } from './view/overview.tsx'
import { SchedulePage } from './view/schedule.tsx'
import { SchedulesList } from './view/schedules.tsx'
import { pageZone } from './view/times.tsx'

const spanNames = Object.keys(spans).filter((name): name is Span => name in spans)
const auditPage = 50
const batchesShown = 100

export function addShowing(pages: Pages, parts: HttpParts): void {
  const { open } = parts
  pages.get('/', async context => {
    const { look, caller } = context.var
    const span = oneOf(spanNames, context.req.query('span')) ?? '24h'
    const overview = await readOverview(parts, caller, span)
    return show(
      context,
      parts,
      { title: look.t.sections.overview, section: 'overview', needs: needsCount(overview.attention) },
      <OverviewPage look={look} overview={overview} />,
    )
  })
  pages.get('/schedules', async context => {
    const { look, caller } = context.var
    const filter = oneOf(scheduleFilters, context.req.query('show')) ?? 'all'
    const number = Number(context.req.query('page') ?? 1)
    const asked = {
      filter,
      text: context.req.query('text') ?? '',
      page: Number.isInteger(number) && number > 0 ? number : 1,
    }
    const model = await readSchedules(open, caller, asked)
    return show(
      context,
      parts,
      { title: look.t.sections.schedules, section: 'schedules' },
      <SchedulesList look={look} model={model} />,
    )
  })
  pages.get('/schedules/:name', async context => {
    const { look, caller } = context.var
    const model = await readSchedule(open, caller, context.req.param('name'))
    if (!model || !isSeen(caller, model)) return missing(context, parts, look.t.trouble.notFoundWords)
    return show(context, parts, { title: model.name, section: 'schedules' }, <SchedulePage look={look} model={model} />)
  })
  pages.get('/strip', async context => {
    const { look, caller } = context.var
    return context.html(await strip(look, await readShell(parts, caller)))
  })
  addLaunchPages(pages, parts)
  addBatchPages(pages, parts)
  pages.get('/calendar', async context => {
    const { look, caller } = context.var
    const view = oneOf(calendarViews, context.req.query('view')) ?? 'month'
    const day = context.req.query('day')
    const asked = {
      view,
      zone: pageZone(look),
      day: day !== undefined && /^\d{4}-\d\d-\d\d$/.test(day) ? day : undefined,
    }
    const known = await knownCalendar(open.ledger)
    const shown = { title: look.t.sections.calendar, section: 'calendar', still: true } as const
    try {
      const model = await calendarModel(open.ledger, known, asked, ({ account }) => maySee(caller, account))
      return show(context, parts, shown, <CalendarPage look={look} model={model} />)
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'tooMuch') throw error
      return show(context, parts, { ...shown, status: 503 }, <TooMuchPage look={look} asked={asked} />)
    }
  })
  pages.get('/audit', async context => {
    const { look } = context.var
    if (!look.rights.audit) return forbidden(context, parts)
    const subject = context.req.query('subject')?.trim() ?? ''
    const after = context.req.query('after')
    const older = after !== undefined && /^\d{1,15}-\d{1,15}$/.test(after) ? after : undefined
    const entries = await readAudit(open.ledger, auditPage, subject === '' ? undefined : subject, older)
    const next = entries.length < auditPage ? undefined : entries.at(-1)?.id
    const model = { entries: entries.map(auditRow), subject, next }
    return show(
      context,
      parts,
      { title: look.t.sections.audit, section: 'audit' },
      <AuditPage look={look} model={model} />,
    )
  })
}

function addLaunchPages(pages: Pages, parts: HttpParts): void {
  const { open } = parts
  pages.get('/launches', async context => {
    const { look, caller } = context.var
    const search = readSearch(context.req.query('q') ?? '', pageZone(look))
    const model = await readLaunches(open, caller, search, context.req.query('after'))
    const title = search.text === '' ? look.t.sections.launches : search.text
    return show(
      context,
      parts,
      { title, section: 'launches', search: search.text },
      <LaunchesList look={look} model={model} />,
    )
  })
  pages.get('/launches/:key', async context => {
    const { look, caller } = context.var
    const key = context.req.param('key')
    const model = await readLaunch(open, key)
    if (!model || !maySee(caller, model.launch.account)) return missing(context, parts, look.t.trouble.noLaunch(key))
    return show(context, parts, { title: key, section: 'launches' }, <LaunchPage look={look} model={model} />)
  })
}

function addBatchPages(pages: Pages, parts: HttpParts): void {
  const { open } = parts
  const { ledger } = open
  pages.get('/batches', async context => {
    const { look, caller } = context.var
    const batches = await listBatches(ledger, batchesShown, caller.accounts)
    return show(
      context,
      parts,
      { title: look.t.sections.batches, section: 'batches' },
      <BatchesList look={look} batches={batches} />,
    )
  })
  pages.get('/batches/:id', async context => {
    const { look, caller } = context.var
    const id = context.req.param('id')
    const view = await showBatch(ledger, id)
    if (!view || !maySee(caller, view.batch.account)) return missing(context, parts, look.t.trouble.notFoundWords)
    const [problems, rows] = await Promise.all([problemsOf(ledger, id, 20), newestRows(open, id)])
    const model = { view, problems, rows }
    return show(context, parts, { title: id, section: 'batches' }, <BatchPage look={look} model={model} />)
  })
}
