/** How whoever looks wants to see the pages: language, colours, zone of times. Kept in plain cookies; a look holds all a view needs besides its model. */
import type { Context } from 'hono'
import { getCookie } from 'hono/cookie'
import { isZone } from '../timetable/zone.ts'
import type { AssetPaths } from './assets.ts'
import type { Rights } from './rights.ts'
import { en } from './texts/en.ts'
import { ru } from './texts/ru.ts'
import type { Texts } from './texts/texts.ts'

export const languages = ['en', 'ru'] as const
type Language = (typeof languages)[number]
export const themes = ['auto', 'light', 'dark'] as const
/** `schedule`: each time in the zone of its schedule. */
export const zoneChoices = ['schedule', 'utc', 'mine'] as const

export interface Look {
  readonly language: Language
  readonly t: Texts
  readonly theme: (typeof themes)[number]
  readonly zone: (typeof zoneChoices)[number]
  /** The viewer's own zone, once their browser has said it. */
  readonly mine: string | undefined
  /** Epoch milliseconds. */
  readonly now: number
  readonly assets: AssetPaths
  /** Who looks, as the audit would name them. */
  readonly by: string | undefined
  readonly signedIn: boolean
  readonly rights: Rights
  /** What every form carries. */
  readonly token: string
  /** Path and query of the page. */
  readonly here: string
}

/** Reads what the cookies say; anything else is the default. */
export function chosenLook(context: Context): Pick<Look, 'language' | 't' | 'theme' | 'zone' | 'mine'> {
  const accepted = context.req.header('accept-language') ?? ''
  const language = oneOf(languages, getCookie(context, 'language')) ?? (/^ru\b/i.test(accepted) ? 'ru' : 'en')
  const mine = getCookie(context, 'tz')
  return {
    language,
    t: language === 'ru' ? ru : en,
    theme: oneOf(themes, getCookie(context, 'theme')) ?? 'auto',
    zone: oneOf(zoneChoices, getCookie(context, 'zone')) ?? 'schedule',
    mine: mine !== undefined && mine.length < 64 && isZone(mine) ? mine : undefined,
  }
}

/** The value, where it is one of them. */
export function oneOf<T extends string>(all: readonly T[], value: unknown): T | undefined {
  return all.find(each => each === value)
}
