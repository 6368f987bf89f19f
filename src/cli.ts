#!/usr/bin/env node
/** The only place that ends the process with a code. */
import { runCommandLine } from './commands/command-line.ts'

// A reader that has seen enough (head, less) is no error.
process.stdout.on('error', error => {
  if ('code' in error && error.code === 'EPIPE') process.exit(0)
  throw error
})

const code = await runCommandLine(process.argv.slice(2))
process.stdout.write('', () => process.exit(code))
