/** Accounts as people are shown them: what is configured, and nothing of their secrets. */
import { z } from 'zod'
import type { OpenLedger } from './open-ledger.ts'

export const accountRowSchema = z
  .object({
    name: z.string(),
    baseUrl: z.string(),
    format: z.string(),
    durability: z.string(),
    deduplication: z.string(),
    onSilentLog: z.string(),
    confirmation: z.string(),
    startedElsewhere: z.boolean(),
    workers: z.int().meta({ description: 'Workers, of all processes, that send for it now.' }),
  })
  .meta({ id: 'Account' })

export function accountRows({ config, queues }: OpenLedger): Promise<z.infer<typeof accountRowSchema>[]> {
  return Promise.all(
    Object.values(config.accounts).map(async account => {
      const { name, baseUrl, format, durability, deduplication, onSilentLog, confirmation, startedElsewhere } = account
      const workers = await queues.workerCount(name)
      return { name, baseUrl, format, durability, deduplication, onSilentLog, confirmation, startedElsewhere, workers }
    }),
  )
}

/** Whether there is an account of this name. */
export function isConfigured({ config }: Pick<OpenLedger, 'config'>, account: string): boolean {
  return Object.hasOwn(config.accounts, account)
}
