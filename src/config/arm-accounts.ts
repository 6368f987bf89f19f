/** Reading the tokens that the configuration only refers to. Nothing but processes that send may call this. */
import { resolve } from 'node:path'
import { DeclarationError, type Problem } from '../files/problem.ts'
import { readTextFile } from '../files/text-file.ts'
import type { Account, ArmedAccount } from './account.ts'
import type { Config } from './config.ts'
import { type Environment, readEnvironment, readSecretFile, secretVariable } from './environment.ts'
import { Secret } from './secret.ts'

const largestCertificates = 1_048_576

type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem }

/**
 * Every account with its token (and certificates) read; files are relative to `cwd`, where `.env` is read too.
 * Throws a DeclarationError that lists all that is missing and what to set; it never holds a token.
 */
export function armAccounts(
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): ReadonlyMap<string, ArmedAccount> {
  const environment = readEnvironment(env, cwd)
  const armed = new Map<string, ArmedAccount>()
  const problems: Problem[] = [...environment.problems]
  for (const account of Object.values(config.accounts)) {
    const token = readToken(account, environment, cwd)
    const ca = readCertificates(account, cwd)
    if (!token.ok) problems.push(token.problem)
    if (!ca.ok) problems.push(ca.problem)
    if (token.ok && ca.ok) armed.set(account.name, { ...account, tokenSecret: token.value, ca: ca.value })
  }
  if (problems.length > 0) throw new DeclarationError(problems)
  return armed
}

function readToken({ name, token }: Account, environment: Environment, cwd: string): Read<Secret> {
  const where = `accounts.${name}.token`
  if ('file' in token) {
    const read = readSecretFile(resolve(cwd, token.file))
    return read.ok ? checkedToken(read.text, where) : failed(where, `the file ${token.file} ${read.why}`)
  }
  const read = secretVariable(environment, token.env, cwd)
  if (read.found) return checkedToken(read.value, where)
  if (read.problem) return { ok: false, problem: read.problem }
  const sentence = `${token.env} is not set: put the token into it, or the path of a file with the token into ${token.env}_FILE`
  return failed(where, sentence)
}

/** A token goes into a header or a body as it is; anything but visible ASCII is a slip of the hand. */
function checkedToken(text: string, where: string): Read<Secret> {
  if (/^[\x21-\x7e]+$/.test(text)) return { ok: true, value: new Secret(text) }
  return failed(where, 'the token holds a space, a line break or a letter that no token has')
}

function readCertificates({ name, caFile }: Account, cwd: string): Read<string | undefined> {
  if (caFile === undefined) return { ok: true, value: undefined }
  const where = `accounts.${name}.caFile`
  const read = readTextFile(resolve(cwd, caFile), largestCertificates)
  if (!read.ok) return failed(where, `the file ${caFile} ${read.why}`)
  if (read.text.includes('-----BEGIN CERTIFICATE-----')) return { ok: true, value: read.text }
  return failed(where, `the file ${caFile} holds no PEM certificate`)
}

function failed(where: string, sentence: string): { ok: false; problem: Problem } {
  return { ok: false, problem: { severity: 'error', where, sentence } }
}
