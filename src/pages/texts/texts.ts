import type { en } from './en.ts'

/** The same texts in another language: every one of them, or it does not compile. */
export type Texts = Translated<typeof en>

type Translated<T> = T extends string
  ? string
  : T extends (...values: infer Values) => string
    ? (...values: Values) => string
    : { readonly [Name in keyof T]: Translated<T[Name]> }
