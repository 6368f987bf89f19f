/** What all routes of the pages share: who asks, how a page is answered, how a decision is carried out and told. */
import type { Context, Hono } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { Child } from 'hono/jsx'
import { z } from 'zod'
import type { Caller } from '../http/access.ts'
import type { HttpParts } from '../http/parts.ts'
import type { Look } from './look.ts'
import type { SentForm } from './multipart.ts'
import { ownPath } from './own-path.ts'
import { readShell } from './read/shell.ts'
import type { Right } from './rights.ts'
import type { Visit } from './session.ts'
import { type Flash, page, type Section } from './view/layout.tsx'
import { TroublePage } from './view/sign-in.tsx'

export interface PageVariables {
  caller: Caller
  visit: Visit
  look: Look
  /** What was sent by a form with a file. */
  upload: SentForm | undefined
}
export type Pages = Hono<{ Variables: PageVariables }>
export type PageContext = Context<{ Variables: PageVariables }>

/** Fields of a form that were filled in, by name. */
export type Fields = Readonly<Record<string, string>>

export interface Shown {
  readonly title: string
  readonly section?: Section
  readonly search?: string
  readonly still?: boolean
  /** How many things need a person, where the page knows it. */
  readonly needs?: number
  readonly status?: 200 | 403 | 404 | 422 | 503
}

const flashCookie = 'sendoff_told'
const flashSchema = z.object({ tone: z.enum(['ok', 'bad']), words: z.string() })

/** Answers with the page. */
export async function show(
  context: PageContext,
  parts: HttpParts,
  { status = 200, ...shown }: Shown,
  body: Child,
): Promise<Response> {
  const { look, caller } = context.var
  const shell = await readShell(parts, caller)
  const document = await page({ look, shell, ...shown, flash: takeFlash(context), children: body })
  return context.html(document, status)
}

/** A page that says that there is no such thing, or that it is not theirs to see. */
export function missing(context: PageContext, parts: HttpParts, what: string): Promise<Response> {
  const { t } = context.var.look
  const title = t.trouble.notFound
  return show(
    context,
    parts,
    { title, status: 404, still: true },
    <TroublePage title={title} words={what} home={t.sections.overview} />,
  )
}

export function forbidden(context: PageContext, parts: HttpParts): Promise<Response> {
  const { t } = context.var.look
  const title = t.trouble.forbidden
  return show(
    context,
    parts,
    { title, status: 403, still: true },
    <TroublePage title={title} words={t.trouble.forbiddenWords(context.var.caller.role)} home={t.sections.overview} />,
  )
}

/** Goes to another page, which tells what was done. */
export function told(context: PageContext, flash: Flash, to: string): Response {
  const text = Buffer.from(JSON.stringify(flash)).toString('base64url')
  setCookie(context, flashCookie, text, { httpOnly: true, sameSite: 'Strict', path: '/', maxAge: 60 })
  return context.redirect(to, 303)
}

function takeFlash(context: PageContext): Flash | undefined {
  const text = getCookie(context, flashCookie)
  if (text === undefined) return undefined
  deleteCookie(context, flashCookie, { path: '/' })
  try {
    return flashSchema.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString())).data
  } catch {
    return undefined
  }
}

/** The fields of the form that was sent; files are not among them. */
export async function fieldsOf(context: PageContext): Promise<Fields> {
  const { upload } = context.var
  if (upload !== undefined) return upload.fields
  const body = await context.req.parseBody()
  return Object.fromEntries(
    Object.entries(body).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value.trim()]] : [])),
  )
}

/** Where the form wants to come back to: a path of ours, or the first page. */
export function backOf({ back = '/' }: Fields): string {
  return ownPath(back)
}

/** What a decision came to: told on the page that the form came from, or on another. */
export interface Outcome extends Flash {
  readonly to?: string
}

export interface Asking {
  readonly context: PageContext
  readonly fields: Fields
  readonly by: string
  readonly why: string
}

/** A mild decision: a form with a reason, carried out at once. `act` returns undefined where there is no such thing. */
export function decides(
  pages: Pages,
  parts: HttpParts,
  path: string,
  right: Right,
  act: (asking: Asking) => Promise<Outcome | undefined>,
): void {
  pages.post(path, async context => {
    const { look, caller } = context.var
    if (!look.rights[right]) return forbidden(context, parts)
    const fields = await fieldsOf(context)
    const why = fields.reason ?? ''
    if (why === '') return told(context, { tone: 'bad', words: look.t.forms.noReason }, backOf(fields))
    const outcome = await act({ context, fields, by: caller.by, why })
    if (outcome === undefined) return missing(context, parts, look.t.trouble.notFoundWords)
    return told(context, { tone: outcome.tone, words: outcome.words }, outcome.to ?? backOf(fields))
  })
}
