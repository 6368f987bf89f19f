import type { Look } from '../../src/pages/look.ts'
import { rightsOf } from '../../src/pages/rights.ts'
import { en } from '../../src/pages/texts/en.ts'

/** The look of somebody of whom nothing is known but this. */
export function lookOf(known: Partial<Look>): Look {
  return {
    language: 'en',
    t: en,
    theme: 'auto',
    zone: 'schedule',
    mine: undefined,
    now: 0,
    assets: { style: '', script: '', icon: '' },
    by: undefined,
    signedIn: true,
    rights: rightsOf(undefined),
    token: '',
    here: '/',
    ...known,
  }
}
