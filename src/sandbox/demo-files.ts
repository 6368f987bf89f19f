/** The folder that the demo runs in: a configuration for the stand-in, and schedules that show each kind of ending. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const config = (url: string) => `version: 1
accounts:
  main:
    baseUrl: ${url}
    token: { env: ALTCRAFT_TOKEN }
    timeouts: { connect: 2s, headers: 4s, total: 5s }
# Any free port; whoever is on this machine may do everything, without a key.
http: { listen: "127.0.0.1:0", withoutKey: admin }
`

// Mailings 900nnn are those that the stand-in makes trouble for by itself: docs/simulate.md.
const schedules = `version: 1
defaults:
  account: main
  timezone: Europe/Riga
schedules:
  flash-sale:
    description: Goes out every two seconds and simply works
    when: { every: 2s }
    launch: { id: 90 }
  price-update:
    description: Carries template values and an attachment
    when: { every: 5s }
    launch:
      id: 77
      override_source_type: segment
      override_source_id: 7
      override_limit: 300
      content: { city: Riga, issue: 48 }
      attach: [{ file: prices.csv }]
  cart-reminder:
    description: The platform answers 429 first, and takes the second attempt
    when: { every: 6s }
    launch: { id: 900429 }
  over-limit:
    description: The platform refuses it, and no repeat would help
    when: { every: 9s }
    launch: { id: 900402 }
`

/** Writes the demo's files into a folder; `url` is the stand-in's. */
export async function writeDemoFiles(folder: string, url: string): Promise<void> {
  await mkdir(join(folder, 'config'), { recursive: true })
  await mkdir(join(folder, 'jobs'), { recursive: true })
  await writeFile(join(folder, 'config', 'sendoff.yaml'), config(url))
  await writeFile(join(folder, 'jobs', 'demo.yaml'), schedules)
  await writeFile(join(folder, 'jobs', 'prices.csv'), 'product,price\nsocks,4.90\n')
}
