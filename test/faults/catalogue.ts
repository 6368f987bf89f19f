/** All scenarios, those that take longest first. */
import { answerScenarios } from './scenarios/answers.ts'
import { bulkScenarios } from './scenarios/bulk.ts'
import { commitScenarios } from './scenarios/commit-connection.ts'
import { crashScenarios } from './scenarios/crash.ts'
import { downtimeScenarios } from './scenarios/downtime.ts'
import { freezeScenarios } from './scenarios/freeze.ts'
import { linkScenarios } from './scenarios/links.ts'
import { mutantScenarios } from './scenarios/mutants.ts'
import { peopleScenarios } from './scenarios/people.ts'
import { queueScenarios } from './scenarios/queue.ts'
import { recoveryScenarios } from './scenarios/recovery.ts'
import { redisScenarios } from './scenarios/redis.ts'
import { restartScenarios } from './scenarios/restarts.ts'
import { selfCheckScenarios } from './scenarios/self-check.ts'
import { storeScenarios } from './scenarios/store.ts'
import { tlsScenarios } from './scenarios/tls.ts'
import type { Scenario } from './trial.ts'

export const catalogue: readonly Scenario[] = [
  ...selfCheckScenarios,
  ...crashScenarios,
  ...freezeScenarios,
  ...bulkScenarios,
  ...recoveryScenarios,
  ...storeScenarios,
  ...restartScenarios,
  ...queueScenarios,
  ...redisScenarios,
  ...linkScenarios,
  ...peopleScenarios,
  ...answerScenarios,
  ...tlsScenarios,
  ...downtimeScenarios,
  ...mutantScenarios,
  ...commitScenarios,
]
