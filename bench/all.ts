/** Runs the benchmarks one after the other, or those that are named: `npm run bench -- lists memory`. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'

const benchmarks = [
  'launch-path',
  'peers',
  'lists',
  'pages',
  'memory',
  'idle',
  'unknowns',
  'due-times',
  'timetable-scale',
  'bulk-submit',
  'bulk-run',
  'bulk-lateness',
] as const

const named = process.argv.slice(2)
const strange = named.filter(name => !benchmarks.some(each => each === name))
if (strange.length > 0) {
  process.stderr.write(`there is no benchmark ${strange.join(', ')}; there are ${benchmarks.join(', ')}\n`)
  process.exit(2)
}
for (const name of benchmarks.filter(each => named.length === 0 || named.includes(each))) {
  process.stdout.write(`\n${name}\n\n`)
  const file = new URL(`./${name}${extname(import.meta.url)}`, import.meta.url)
  const child = spawn(process.execPath, [...process.execArgv, file.pathname], { stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  if (code !== 0) {
    process.stderr.write(`${name} ended with ${code}\n`)
    process.exitCode = 1
  }
}
