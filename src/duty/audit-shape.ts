/** Decisions as people are shown them, by every door. */
import { z } from 'zod'
import type { AuditEntry } from '../launches/audit.ts'
import { iso, time } from './launch-shape.ts'

export const auditRowSchema = z
  .object({
    id: z.string(),
    at: time,
    who: z.string(),
    what: z.string(),
    subject: z.string(),
    why: z.string(),
    before: z.string(),
    after: z.string(),
  })
  .meta({ id: 'AuditEntry' })
export type AuditRow = z.infer<typeof auditRowSchema>

export function auditRow({ account: _, ...entry }: AuditEntry): AuditRow {
  return { ...entry, at: iso(entry.at) }
}
