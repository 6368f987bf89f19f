/** What a benchmark found: told on standard output while it runs, and kept as its section of bench/results.md when it has ended. */
import { execFileSync } from 'node:child_process'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { postgresVersion } from './postgres.ts'

const file = join(process.cwd(), 'bench', 'results.md')
const preface = `# Results

Written by the benchmarks (\`npm run bench\`); each replaces its own section. What stands beside each other in a section was
measured in one run, in turn; a ratio is taken within one round, and told as the median with the least and the most in
brackets. Numbers of different sections, or of different machines, say nothing about each other.
`

type Cell = string | number

export class Report {
  readonly #title: string
  readonly #lines: string[] = []

  /** Begins a section of this title with what the machine is and how busy it is. */
  constructor(title: string) {
    this.#title = title
    this.say(machine())
    this.say('')
  }

  say(line: string): void {
    process.stdout.write(`${line}\n`)
    this.#lines.push(line)
  }

  /** A table, readable as it is printed and in Markdown. */
  table(headings: readonly string[], rows: readonly (readonly Cell[])[]): void {
    const widths = headings.map((heading, column) =>
      Math.max(heading.length, 3, ...rows.map(row => String(row[column] ?? '').length)),
    )
    const line = (cells: readonly Cell[]) =>
      `| ${widths.map((width, at) => String(cells[at] ?? '').padEnd(width)).join(' | ')} |`
    this.say('')
    for (const each of [headings, widths.map(width => '-'.repeat(width)), ...rows]) this.say(line(each))
    this.say('')
  }

  /** Puts the section into the file in the place of the one of the last run. */
  async keep(): Promise<void> {
    const text = await readFile(file, 'utf8').catch(() => preface)
    const [head = '', ...sections] = text.split(/^(?=## )/m)
    const mine = `## ${this.#title}\n\n${this.#lines
      .join('\n')
      .replaceAll(/\n{3,}/g, '\n\n')
      .trim()}\n\n`
    const at = sections.findIndex(section => section.startsWith(`## ${this.#title}\n`))
    sections.splice(at === -1 ? sections.length : at, at === -1 ? 0 : 1, mine)
    const whole = [head, ...sections].map(part => `${part.trim()}\n`).join('\n')
    await writeFile(`${file}.new`, whole)
    await rename(`${file}.new`, file)
  }
}

/** Date, processors, load, versions. */
function machine(): string {
  const redis = /v=(\S+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' }))?.[1]
  const gigabytes = Math.round(totalmem() / 2 ** 30)
  return [
    new Date().toISOString().slice(0, 16).replace('T', ' '),
    `${cpus().length} x ${cpus()[0]?.model}, ${gigabytes} GB, load ${loadavg()[0]?.toFixed(1)}`,
    `Node ${process.versions.node}, Redis ${redis}, PostgreSQL ${postgresVersion() ?? 'none'}`,
  ].join('; ')
}
