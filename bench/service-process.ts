/** The service as `sendoff start` runs it, on the schedules that its store has: nothing is added to it, nothing left out. */
import { armAccounts } from '../src/config/arm-accounts.ts'
import { loadConfig } from '../src/config/load-config.ts'
import { eventsTo } from '../src/events.ts'
import { createLogger } from '../src/log.ts'
import { keysUnder } from '../src/redis/keys.ts'
import { startService } from '../src/service.ts'
import { storedSchedules } from '../src/timetable/store.ts'
import { serveAs } from './child.ts'
import { joinStore } from './embedded-store.ts'

await serveAs(async ({ folder }) => {
  const { config } = loadConfig({ cwd: folder, flags: {}, env: process.env })
  const accounts = armAccounts(config, process.env, folder)
  const store = await joinStore(folder)
  const stored = await storedSchedules({ redis: store.redis, keys: keysUnder(config.redis.prefix) })
  const declared = [...stored.values()].map(({ schedule }) => schedule)
  const events = eventsTo(createLogger(config.log, process.stdout))
  const begun = performance.now()
  const service = await startService({ config, accounts, declared, apply: false, events })
  return {
    startedIn: performance.now() - begun,
    end: async () => {
      await service.stop(5_000)
      await store.leave()
    },
  }
})
