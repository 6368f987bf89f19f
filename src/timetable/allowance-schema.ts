/** What may be written about when launches may go: beside `when:` of a schedule, and in `defaults:`. */
import { z } from 'zod'
import { weekdays } from '../calendars/schema.ts'
import { readClock } from './wall-clock.ts'

const clock = z
  .string()
  .refine(text => readClock(text) !== undefined, 'is not a time of day: write 09:00, or 24:00 for the end of a day')
  .meta({ expects: 'a time of day such as 09:00' })
const from = clock.meta({ description: 'A time of day, included.' })
const to = clock.meta({ description: 'A time of day, not included; one before from is that of the next day.' })
const skip = 'skip: it is left out; move: it goes when the hours are open again.'

const quietHours = z.strictObject({
  from,
  to,
  // biome-ignore lint/suspicious/noThenProperty: the word of the format; what stands there is never a function.
  then: z.enum(['skip', 'move']).meta({ description: `What becomes of a due time in quiet hours. ${skip}` }),
})

const allowed = z.strictObject({
  hours: z
    .array(
      z.strictObject({
        days: z.array(weekdays).min(1).optional().meta({
          description: 'Weekdays on which the span begins: MON-FRI, SAT. Default: every day.',
        }),
        from,
        to,
      }),
    )
    .min(1)
    .meta({ description: 'The only spans of time in which launches go.' }),
  otherwise: z.enum(['skip', 'move']).meta({ description: `What becomes of a due time outside of them. ${skip}` }),
})

const none = z.literal('none')

export const allowanceInput = {
  except: z.array(z.string()).optional().meta({
    description: 'Calendars of the configuration; what is due at a moment that one of them holds is left out.',
  }),
  quietHours: z.union([quietHours, none]).optional().meta({
    expects: 'a map (from, to, then), or none',
    description: 'Hours of the wall clock in which nothing goes; none: not even those of defaults.',
  }),
  allowed: z.union([allowed, none]).optional().meta({
    expects: 'a map (hours, otherwise), or none',
    description: 'The only hours of the wall clock in which launches go; none: not even those of defaults.',
  }),
}

export const allowanceSchema = z.object(allowanceInput)
