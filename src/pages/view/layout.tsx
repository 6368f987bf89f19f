/** What every page has around it: where one is, whether all is well, the stop for everything, and how to see it. Pure. */
import { html } from 'hono/html'
import type { Child } from 'hono/jsx'
import type { Look } from '../look.ts'
import type { Shell } from '../read/shell.ts'
import { HealthStrip } from './health.tsx'
import { Settings, ThemeToggle } from './settings.tsx'
import { timeText } from './times.tsx'

const sections = ['overview', 'schedules', 'launches', 'batches', 'calendar', 'audit'] as const
export type Section = (typeof sections)[number]

const addresses: Readonly<Record<Section, string>> = {
  overview: '/',
  schedules: '/schedules',
  launches: '/launches',
  batches: '/batches',
  calendar: '/calendar',
  audit: '/audit',
}

/** What was done by the form before, in a sentence. */
export interface Flash {
  readonly tone: 'ok' | 'bad'
  readonly words: string
}

interface PageProps {
  readonly look: Look
  /** Absent where nobody is signed in. */
  readonly shell: Shell | undefined
  readonly title: string
  readonly section?: Section
  readonly flash?: Flash | undefined
  readonly search?: string
  /** Whether nothing but the strip is kept true: the rest does not change, or costs too much to make again and again. */
  readonly still?: boolean
  /** How many things need a person, where the page knows it. */
  readonly needs?: number
  readonly children: Child
}

/** The whole document. */
export function page(props: PageProps) {
  return html`<!doctype html>${<Document {...props} />}`
}

/** The strip alone, for pages that keep nothing else true. */
export function strip(look: Look, shell: Shell) {
  return html`<!doctype html><title>Sendoff</title>${<HealthStrip look={look} shell={shell} />}`
}

function Document({ look, shell, title, section, flash, search, still, needs, children }: PageProps) {
  return (
    <html lang={look.language} data-theme={look.theme}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content={look.theme === 'auto' ? 'light dark' : look.theme} />
        <title>{`${title} · Sendoff`}</title>
        <link rel="icon" href={look.assets.icon} type="image/svg+xml" />
        <link rel="stylesheet" href={look.assets.style} />
        {shell === undefined ? null : <script type="module" src={look.assets.script} />}
      </head>
      <body data-live={shell === undefined ? undefined : '/live'} data-from={still ? '/strip' : look.here}>
        <a class="skip" href="#main">
          {look.t.shell.skip}
        </a>
        <header>
          <Bar look={look} section={section} search={search} known={shell !== undefined} />
          {shell === undefined ? null : <HealthStrip look={look} shell={shell} needs={needs} />}
        </header>
        <LostBanner look={look} />
        {flash === undefined ? null : (
          <p class={`flash tone-${flash.tone}`} role="status">
            {flash.words}
          </p>
        )}
        <main id="main" tabindex={-1}>
          {children}
        </main>
        {shell === undefined ? null : <Keys look={look} />}
      </body>
    </html>
  )
}

function Bar({
  look,
  section,
  search,
  known,
}: {
  look: Look
  section: Section | undefined
  search: string | undefined
  known: boolean
}) {
  const { t } = look
  const shown = sections.filter(each => each !== 'audit' || look.rights.audit)
  return (
    <div class="bar">
      <a class="brand" href="/">
        sendoff
      </a>
      {known ? (
        <nav aria-label={t.shell.nav}>
          {shown.map(each => (
            <a href={addresses[each]} aria-current={each === section ? 'page' : undefined}>
              {t.sections[each]}
            </a>
          ))}
        </nav>
      ) : null}
      {known && search === undefined ? (
        <search class="search">
          <form action="/launches" method="get">
            <input
              id="search"
              type="search"
              name="q"
              aria-label={t.shell.search}
              placeholder={t.shell.searchHint}
              autocomplete="off"
            />
            <kbd>/</kbd>
          </form>
        </search>
      ) : null}
      <ThemeToggle look={look} />
      <Settings look={look} />
    </div>
  )
}

/** Shown by the script when what is seen may be old; the time is when it was last true. */
function LostBanner({ look }: { look: Look }) {
  return (
    <p
      id="lost"
      class="lost"
      role="status"
      hidden
      data-words={look.t.shell.lost}
      data-shown={timeText(look, look.now, 'UTC', 'full')}
    >
      {look.t.shell.lost}
    </p>
  )
}

function Keys({ look }: { look: Look }) {
  const { t } = look
  return (
    <dialog id="keys" aria-labelledby="keys-title">
      <h2 id="keys-title">{t.keys.title}</h2>
      <dl class="facts">
        <dt>
          <kbd>/</kbd>
        </dt>
        <dd>{t.keys.search}</dd>
        {sections
          .filter(each => each !== 'audit' || look.rights.audit)
          .map(each => (
            <>
              <dt>
                <kbd>g</kbd> <kbd>{each.slice(0, 1)}</kbd>
              </dt>
              <dd>{t.sections[each]}</dd>
            </>
          ))}
        <dt>
          <kbd>?</kbd>
        </dt>
        <dd>{t.keys.help}</dd>
      </dl>
      <form method="dialog">
        <button type="submit" class="button">
          {t.keys.close}
        </button>
      </form>
    </dialog>
  )
}
