/** The rows of a large file, made one at a time: a mailing, a segment to send it to, and some content for each. */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { BatchDeclaration } from '../src/bulk/batch.ts'
import type { Row } from '../src/bulk/row.ts'
import { defaultPolicy } from '../src/launches/policy.ts'

const cities = ['Berlin', 'Saint Petersburg', 'Yekaterinburg', 'Kathmandu', 'Lisbon', 'Novosibirsk', 'Buenos Aires']
/** Mailings of the rows: as many as a large team has active. */
const mailings = 300
/** Their ids begin here, above those of schedules that run beside them. */
const firstMailing = 10_000

export async function* manyRows(count: number) {
  for (let number = 1; number <= count; number++) {
    // A code that differs in every row, as such files have: without one they would deflate to almost nothing.
    const code = createHash('sha1').update(String(number)).digest('base64url').slice(0, 10)
    const request = {
      id: firstMailing + (number % mailings),
      override_source_type: 'segment' as const,
      override_source_id: number,
      content: { city: cities[number % cities.length] ?? '', discount: number % 40, code },
    }
    yield { number, line: number + 1, key: `shop-${number}`, request } satisfies Row
  }
}

/** The same as a CSV file. */
export async function writeCsv(path: string, count: number): Promise<void> {
  async function* lines(): AsyncGenerator<string> {
    let text = 'shop,id,override_source_type,override_source_id,content.city,content.discount,content.code\n'
    for await (const { key, request } of manyRows(count)) {
      const { id, override_source_type: type, override_source_id: source, content } = request
      text += `${key},${id},${type},${source},${content.city},${content.discount},${content.code}\n`
      if (text.length < 65_536) continue
      yield text
      text = ''
    }
    yield text
  }
  await pipeline(lines, createWriteStream(path))
}

/** How that file is to be read. */
export const csvReading = { format: 'csv', base: {}, columns: {}, key: 'shop' } as const

/** What is declared of them, beside the rows. */
export function declarationOf(name: string): BatchDeclaration {
  return { name, account: 'main', policy: defaultPolicy, pace: {}, source: 'rows.csv', by: 'bench' }
}
