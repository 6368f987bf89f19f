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
import type { Right } from './rights.ts'
import { type ConfirmModel, ConfirmPage } from './view/confirm.tsx'

interface Confirmed extends Asking {
  /** The time (UTC, HH:MM) of the launch that it repeats, as it was typed and asked for. */
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
    const flaw = flawIn(fields, asked, look.t.confirm)
    if (asked.refused !== undefined || flaw !== undefined) {
      return shown(context, parts, { ...asked, ...(flaw === undefined ? {} : { flaw }) })
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
  { typed, repeats }: ConfirmModel,
  t: { readonly wrongTyped: (label: string) => string; readonly wrongTime: string; readonly noReason: string },
): string | undefined {
  if (typed !== undefined && fields.typed !== typed.value) return t.wrongTyped(typed.label)
  if (repeats !== undefined && fields.confirmation !== repeats.confirmation) return t.wrongTime
  return (fields.reason ?? '') === '' ? t.noReason : undefined
}
