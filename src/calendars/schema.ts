/** What may be written about a calendar in the configuration. */
import { z } from 'zod'
import { readDates, readWeekdays } from './dates.ts'

const dates = z
  .string()
  .superRefine((text, context) => {
    const reading = readDates(text)
    if (reading.kind === 'flaw') context.addIssue({ code: 'custom', message: reading.sentence })
  })
  .meta({ expects: 'a date such as 2027-01-01 or 12-25' })

/** A weekday or a range of them. */
export const weekdays = z
  .string()
  .refine(
    text => readWeekdays(text) !== undefined,
    'is not a weekday: write MON, TUE, WED, THU, FRI, SAT, SUN or MON-FRI',
  )
  .meta({ expects: 'a weekday such as SAT or MON-FRI' })

export const calendarSchema = z.strictObject({
  dates: z.array(dates).min(1).optional().meta({
    description:
      'Local days: 2027-01-01, a range 2027-01-01/2027-01-08 with both its ends, or 12-25 and 12-31/01-02 for every year.',
  }),
  weekdays: z.array(weekdays).min(1).optional().meta({ description: 'Days of every week: SAT, or MON-FRI.' }),
  ics: z.string().min(1).optional().meta({
    expects: 'the path of an iCalendar file',
    description: 'An iCalendar file (.ics); the path is relative to the current folder.',
  }),
  not: z.array(z.string()).min(1).optional().meta({
    description: 'Names of other calendars: everything that is in none of them.',
  }),
})

export type DeclaredCalendar = z.output<typeof calendarSchema>
