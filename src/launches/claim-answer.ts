/** What the claim script answers, as the program sees it. */
import { z } from 'zod'
import type { ClaimAnswer } from './claim.ts'
import { launchRequestSchema, states } from './launch.ts'
import { submissionSchema } from './submission.ts'

const retrySchema = z.object({ attempts: z.number(), initial: z.number(), max: z.number() })
/** How often, and after what pauses (milliseconds), a launch is tried again after a proof that it was not launched. */
export type Retry = z.infer<typeof retrySchema>

// The first that fits is taken: what nearly every claim is answered stands first.
const answerSchema = z.union([
  z.tuple([
    z.literal('claimed'),
    z.coerce.number(),
    z.string(),
    z.coerce.number(),
    z.string(),
    z.string(),
    z.string(),
    z.coerce.number(),
    z.coerce.number(),
    z.coerce.number(),
    z.coerce.number(),
    z.string(),
    z.coerce.number(),
    z.string(),
  ]),
  z.tuple([z.literal('later'), z.coerce.number(), z.enum(['early', 'owned', 'lane', 'batch', 'pace', 'breaker'])]),
  z.tuple([z.literal('over'), z.union([z.enum(states), z.literal('')]), z.number(), z.string()]),
])
const policyField = z.object({ retry: retrySchema, submission: submissionSchema.optional() })

/** Reads the reply to a claim of this launch with this nonce; throws where it is none. */
export function readClaimAnswer(key: string, nonce: string, reply: unknown): ClaimAnswer {
  const answer = answerSchema.parse(reply)
  switch (answer[0]) {
    case 'later':
      return { kind: 'later', wait: answer[1], why: answer[2] }
    case 'over':
      return {
        kind: 'over',
        state: answer[1] === '' ? undefined : answer[1],
        changed: answer[2] === 1,
        reason: answer[3],
      }
    case 'claimed': {
      const [, token, account, mailing, request, requestId, policy, due, sendUntil, retryUntil, ...history] = answer
      const [attempts, handed, round, doubt] = history
      const { retry, submission } = policyField.parse(JSON.parse(policy))
      return {
        kind: 'claimed',
        claim: {
          key,
          token,
          nonce,
          account,
          mailing,
          request: launchRequestSchema.parse(JSON.parse(request)),
          requestId,
          ...(submission === undefined ? {} : { submission }),
          retry,
          due,
          sendUntil,
          retryUntil,
          attempts,
          made: attempts - round,
          doubt: doubt === '1',
          earlierHanded: handed === '1',
        },
      }
    }
  }
}
