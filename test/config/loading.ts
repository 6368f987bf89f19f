/** Loading a configuration as the tests of its parts do. */
import { type LoadInput, loadConfig } from '../../src/config/load-config.ts'
import { DeclarationError, formatProblem } from '../../src/files/problem.ts'
import { projectFolder } from './project-folder.ts'

/** The lines of one good account, to which others may be added. */
export const account = (lines = '') => `accounts:
  main:
    baseUrl: https://altcraft.example.com
    token: { env: ALTCRAFT_TOKEN }
${lines}`

export const good = `version: 1\n${account()}`

/** Warnings, or all that is wrong; anything thrown but a DeclarationError is thrown on. */
export function problemsOf(input: Partial<LoadInput> & { cwd: string }): string[] {
  try {
    const { warnings } = loadConfig({ flags: {}, env: {}, ...input })
    return warnings.map(formatProblem)
  } catch (error) {
    if (error instanceof DeclarationError) return error.problems.map(formatProblem)
    throw error
  }
}

/** The same of a folder with this config file. */
export const ofFile = (text: string, env: LoadInput['env'] = {}) =>
  problemsOf({ cwd: projectFolder({ 'config/sendoff.yaml': text }), env })
