/** Accounts and their mailings: what stands in the way of launches before they begin. */
import type { BreakerChange } from '../launches/breaker.ts'
import type { Telling } from './telling.ts'

export function accountEvents(log: Telling) {
  return {
    breakerChanged(account: string, { change, failures, cause, since, tryAt }: BreakerChange): void {
      const next = new Date(tryAt).toISOString()
      const fields = { account, failures, cause, since: new Date(since).toISOString() }
      const close = `sendoff hold off --account ${account} --cause breaker --reason "..."`
      switch (change) {
        case 'opened':
          log.error(
            { event: 'breakerOpened', ...fields, next },
            `THE BREAKER OF ${account} IS OPEN after ${failures} failures in a row: nothing of it is sent until ${next}, then one launch as a probe. The last: ${cause} To close it at once: ${close}`,
          )
          break
        case 'kept':
          log.warn(
            { event: 'breakerKept', ...fields, next },
            `the breaker of ${account} stays open until ${next}: the probe failed. ${cause}`,
          )
          break
        case 'closed':
          log.warn(
            { event: 'breakerClosed', ...fields },
            `the breaker of ${account}, open since ${fields.since}, is closed: an answer came`,
          )
      }
    },

    preflightProblem(
      facts: { key: string; account: string; mailing: number; due: number },
      problem: string,
      why: string,
      remedy: string,
    ): void {
      const { key, account, mailing } = facts
      const due = new Date(facts.due).toISOString()
      log.warn(
        { event: 'preflightProblem', launch: key, account, mailing, due, problem, reason: why, do: remedy },
        `preflight ${key}, due ${due}: ${why}. ${remedy}`,
      )
    },

    preflightFine(facts: { key: string; account: string; mailing: number; due: number }): void {
      const { key, account, mailing } = facts
      const due = new Date(facts.due).toISOString()
      log.info(
        { event: 'preflightFine', launch: key, account, mailing, due },
        `preflight ${key}, due ${due}: mailing ${mailing} is active again`,
      )
    },

    accountMissing(schedule: string, account: string): void {
      log.error(
        { event: 'accountMissing', schedule, account },
        `${schedule}: its account ${account} is not configured in this process; nothing of it can be sent from here`,
      )
    },
  }
}
