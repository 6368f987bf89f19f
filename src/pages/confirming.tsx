/** Decisions that mail people or cannot be taken back: a page with the facts first, then what must be typed. */
import type { HttpParts } from '../http/parts.ts'
import {
  type Asking,
  fieldsOf,
  forbidden,
  missing,
  type Outcome,
  type PageContext,
  type Pages,
  show,
  told,
} from './desk.tsx'
import type { Look } from './look.ts'
import type { Right } from './rights.ts'
import { type ConfirmModel, ConfirmPage, repeatedTime } from './view/confirm.tsx'

interface Confirmed extends Asking {
  /** The time (UTC, HH:MM) of the launch that it repeats, where it was typed as the page asked. */
  readonly confirmation: string | undefined
}

export interface Danger {
  readonly path: string
  readonly right: Right
  /** The facts as they are now; undefined where there is no such thing, or it is not for this caller. */
  readonly model: (context: PageContext) => Promise<ConfirmModel | undefined>
  readonly act: (confirmed: Confirmed) => Promise<Outcome>
}

/** Adds the page and its form. */
export function confirms(pages: Pages, parts: HttpParts, { path, right, model, act }: Danger): void {
  pages.get(path, async context => {
    if (!context.var.look.rights[right]) return forbidden(context, parts)
    const asked = await model(context)
    if (asked === undefined) return missing(context, parts, context.var.look.t.trouble.notFoundWords)
    return shown(context, parts, asked)
  })
  pages.post(path, async context => {
    const { look, caller } = context.var
    if (!look.rights[right]) return forbidden(context, parts)
    const fields = await fieldsOf(context)
    // Read anew: what was true when the page was made may be no longer.
    const asked = await model(context)
    if (asked === undefined) return missing(context, parts, look.t.trouble.notFoundWords)
    const flaw = flawIn(fields, asked, look)
    if (asked.refused !== undefined || flaw !== undefined) {
      const given = { reason: fields.reason ?? '', minutes: fields.minutes ?? '' }
      return shown(context, parts, { ...asked, given, ...(flaw === undefined ? {} : { flaw }) })
    }
    const outcome = await act({
      context,
      fields,
      by: caller.by,
      why: fields.reason ?? '',
      confirmation: asked.repeats?.confirmation,
    })
    return told(context, { tone: outcome.tone, words: outcome.words }, outcome.to ?? asked.back)
  })
}

function shown(context: PageContext, parts: HttpParts, model: ConfirmModel): Promise<Response> {
  const status = model.flaw === undefined && model.refused === undefined ? 200 : 422
  return show(
    context,
    parts,
    { title: model.title, status, still: true },
    <ConfirmPage look={context.var.look} model={model} />,
  )
}

function flawIn(
  fields: Readonly<Record<string, string>>,
  { typed, repeats, facts }: ConfirmModel,
  look: Look,
): string | undefined {
  const { confirm: t } = look.t
  if (typed !== undefined && fields.typed !== typed.value) return t.wrongTyped(typed.label)
  if (repeats !== undefined && fields.confirmation !== repeatedTime(look, repeats.at, facts).time) return t.wrongTime
  return (fields.reason ?? '') === '' ? t.noReason : undefined
}
