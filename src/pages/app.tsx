/** The pages as one function from request to response: who asks, are the forms ours, what is shown, what is done. */
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { setCookie } from 'hono/cookie'
import type { AccessRules } from '../http/access.ts'
import { answerEvents } from '../http/event-answer.ts'
import type { HttpParts, MadePages } from '../http/parts.ts'
import { knownTrouble, Problem, troubleWithin } from '../http/problem.ts'
import { addBatchDecisions } from './act/batches.ts'
import { addHoldDecisions } from './act/holds.ts'
import { addLaunchDecisions } from './act/launches.ts'
import { addScheduleDecisions } from './act/schedules.ts'
import { addSubmitting, uploadPath } from './act/submitting.tsx'
import { type AssetPaths, assetAt, loadAssets } from './assets.ts'
import { backOf, fieldsOf, missing, type PageContext, type Pages, type PageVariables } from './desk.tsx'
import { pageHeaders } from './headers.ts'
import { chosenLook, type Look, languages, oneOf, themes, zoneChoices } from './look.ts'
import { BrokenForm, boundaryOf, readForm } from './multipart.ts'
import { ownPath } from './own-path.ts'
import { addResults } from './results.ts'
import { rightsOf } from './rights.ts'
import { formToken, isOwnForm, isStillThere, keepVisit, signIn, signOut, visitOf } from './session.ts'
import { addShowing } from './showing.tsx'
import { page } from './view/layout.tsx'
import { SignInPage, TroublePage } from './view/sign-in.tsx'

/** No form of ours is larger. Bytes. */
const mostOfForm = 65_536
/** Preferences are kept so long. Seconds. */
const preferencesLast = 365 * 86_400

/** Builds them; `rules` may say more once it is known on which port it listens. Throws where the program was not built. */
export function createPages(parts: HttpParts, rules: () => AccessRules): MadePages {
  const assets = loadAssets()
  const pages: Pages = new Hono<{ Variables: PageVariables }>()
  pages.use(pageHeaders)
  pages.get('/assets/*', context => {
    const asset = assetAt(context.req.path)
    if (!asset) return context.notFound()
    context.header('cache-control', 'public, max-age=31536000, immutable')
    context.header('content-type', asset.type)
    return context.body(asset.body)
  })
  const tooLarge = (context: Context) => context.text('Too large', 413)
  const forms = bodyLimit({ maxSize: mostOfForm, onError: tooLarge })
  // A form with a file is counted while it is read.
  pages.use((context, next) => (uploadBoundary(context) === undefined ? forms(context, next) : next()))
  pages.use(async (context, next) => {
    // Our cookie does not come along from other sites: the first answer is a page of ours that asks once more, with it.
    if (context.req.header('sec-fetch-site') === 'cross-site') {
      if (!isReading(context)) return context.text('Forbidden', 403)
      return context.html(bounce(hereOf(context)))
    }
    return next()
  })
  addVisits(pages, parts, rules, assets)
  addSettings(pages, parts)
  pages.get('/live', async context => {
    // Nobody listens to what follows.
    if (context.req.method === 'HEAD') return context.body(null, 200, { 'content-type': 'text/event-stream' })
    const { caller, visit } = context.var
    const mayStay = visit.signedIn ? () => isStillThere(parts.open.ledger, visit) : undefined
    return answerEvents(context, caller, parts, mayStay)
  })
  addSubmitting(pages, parts)
  addShowing(pages, parts)
  addResults(pages, parts)
  addHoldDecisions(pages, parts)
  addScheduleDecisions(pages, parts)
  addLaunchDecisions(pages, parts)
  addBatchDecisions(pages, parts)
  pages.notFound(async context => {
    const { look } = context.var
    return look === undefined ? context.text('Not found', 404) : missing(context, parts, look.t.trouble.notFoundWords)
  })
  pages.onError((error, context) => trouble(context, error, parts, assets))
  return pages
}

/** Of a form with a file, where one may be sent. */
function uploadBoundary({ req }: Context): string | undefined {
  return req.method === 'POST' && req.path === uploadPath ? boundaryOf(req.header('content-type') ?? '') : undefined
}

/** The address that was asked for, without the host. One that names a host by itself, as `//host/path`, is none of ours. */
function hereOf({ req }: Context): string {
  const { pathname, search } = new URL(req.url)
  return ownPath(pathname + search)
}

/** Whether it changes nothing: a page, or what would be answered with one. */
function isReading({ req }: Context): boolean {
  return req.method === 'GET' || req.method === 'HEAD'
}

function bounce(address: string): string {
  const safe = address.replace(/[&<>"']/g, letter => `&#${letter.charCodeAt(0)};`)
  return `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${safe}"><title>Sendoff</title>`
}

function addVisits(pages: Pages, parts: HttpParts, rules: () => AccessRules, assets: AssetPaths): void {
  const { ledger } = parts.open
  pages.use(async (context, next) => {
    const visit = await visitOf(context, ledger, rules)
    context.set('visit', visit)
    context.set('look', lookOf(context, assets, visit))
    if (!isReading(context)) {
      const boundary = uploadBoundary(context)
      const body = context.req.raw.body
      if (boundary !== undefined && body !== null) context.set('upload', await readForm(body, boundary, mostOfForm))
      const { token } = await fieldsOf(context)
      if (!isOwnForm(visit, context.req.raw.headers, token)) return refusedForm(context)
      if (parts.isStopping()) throw new Problem('stopping', context.var.look.t.trouble.stopping)
    }
    const { caller } = visit
    const { pathname } = new URL(context.req.url)
    if (caller !== undefined) context.set('caller', caller)
    else if (!['/sign-in', '/look'].includes(pathname)) {
      if (pathname === '/live' || !isReading(context)) return context.text('Unauthorized', 401)
      const here = pathname === '/' ? '' : `?next=${encodeURIComponent(context.var.look.here)}`
      return context.redirect(`/sign-in${here}`, 303)
    }
    // Whoever asks for no page has no forms.
    if (context.req.method !== 'HEAD') keepVisit(context, visit)
    return next()
  })
}

function lookOf(context: PageContext, assets: AssetPaths, visit: PageVariables['visit']): Look {
  return {
    ...chosenLook(context),
    now: Date.now(),
    assets,
    by: visit.caller?.by,
    signedIn: visit.signedIn,
    rights: rightsOf(visit.caller),
    token: formToken(visit),
    here: hereOf(context),
  }
}

async function refusedForm(context: PageContext): Promise<Response> {
  const { look, visit } = context.var
  keepVisit(context, visit)
  const { trouble: t } = look.t
  const body = <TroublePage title={t.form} words={t.formWords} home={look.t.sections.overview} />
  return context.html(await page({ look, shell: undefined, title: t.form, children: body }), 403)
}

function addSettings(pages: Pages, parts: HttpParts): void {
  const { ledger } = parts.open
  pages.get('/sign-in', async context => signInPage(context, context.req.query('next') ?? '/', false, 200))
  pages.post('/sign-in', async context => {
    const fields = await fieldsOf(context)
    const next = backOf({ back: fields.next ?? '/' })
    const known = await signIn(context, ledger, fields.key ?? '')
    return known ? context.redirect(next, 303) : signInPage(context, next, true, 403)
  })
  pages.post('/sign-out', async context => {
    await signOut(context, ledger, context.var.visit)
    await parts.events.checkAll()
    return context.redirect('/sign-in', 303)
  })
  pages.post('/look', async context => {
    const fields = await fieldsOf(context)
    const chosen = {
      theme: oneOf(themes, fields.theme),
      zone: oneOf(zoneChoices, fields.zone),
      language: oneOf(languages, fields.language),
    }
    for (const [name, value] of Object.entries(chosen))
      if (value !== undefined) setCookie(context, name, value, { path: '/', sameSite: 'Lax', maxAge: preferencesLast })
    return context.redirect(backOf(fields), 303)
  })
}

async function signInPage(context: PageContext, next: string, flaw: boolean, status: 200 | 403): Promise<Response> {
  const { look } = context.var
  const body = <SignInPage look={look} next={next} flaw={flaw} />
  return context.html(await page({ look, shell: undefined, title: look.t.signIn.title, children: body }), status)
}

/** What nobody expected, as a page. The strip is not on it: what it would ask may be what is in trouble. */
async function trouble(context: PageContext, error: Error, parts: HttpParts, assets: AssetPaths): Promise<Response> {
  if (error instanceof BrokenForm) return refusedForm(context)
  // A decision may have been carried out before the connection went; whoever only reads has decided nothing.
  const known = isReading(context) ? knownTrouble(error) : troubleWithin(error, '')
  if (!known) parts.heard.requestFailed(error)
  const visit = { secret: '', isNew: false, caller: undefined, signedIn: false }
  const look = context.var.look ?? lookOf(context, assets, visit)
  const { trouble: t } = look.t
  const { title, words } = troubleWords(known, t)
  const body = <TroublePage title={title} words={words} home={look.t.sections.overview} />
  const status = known?.body.status === 503 || known?.code === 'outcomeUnknown' ? 503 : 500
  return context.html(await page({ look, shell: undefined, title, children: body }), status)
}

function troubleWords(known: Problem | undefined, t: Look['t']['trouble']): { title: string; words: string } {
  switch (known?.code) {
    case 'storeUnreachable':
      return { title: t.store, words: t.storeWords }
    case 'outcomeUnknown':
      return { title: t.unsure, words: t.unsureWords }
    default:
      return { title: t.internal, words: known?.message ?? t.internalWords }
  }
}
