/** All launches, the newest first, by what is searched. Pure. */
import type { Look } from '../look.ts'
import type { LaunchesPage } from '../read/launches.ts'
import { searchWords } from '../search.ts'
import { LaunchTable } from './launch-parts.tsx'
import { Badge } from './state.tsx'
import { pageZone } from './times.tsx'

const quick = [
  'unknown',
  'held',
  'rejected',
  'failed',
  'swallowed',
  'expired',
  'waiting',
  'launched',
  'skipped',
] as const

export function LaunchesList({ look, model }: { look: Look; model: LaunchesPage }) {
  const { launches: t } = look.t
  const { search, rows, next, deep } = model
  return (
    <>
      <div class="head">
        <h1>{t.title}</h1>
        <ul class="filters" aria-label={t.quick}>
          {quick.map(state => {
            const chosen = search.filter.state === state
            const without = search.text.replace(/\bstate:\S+\s*/g, '').trim()
            const q = chosen ? without : `state:${state} ${without}`.trim()
            return (
              <li>
                <a
                  href={`/launches${q === '' ? '' : `?q=${encodeURIComponent(q)}`}`}
                  aria-current={chosen ? 'true' : undefined}
                >
                  <Badge look={look} name={state} />
                </a>
              </li>
            )
          })}
        </ul>
      </div>
      <form class="finder" action="/launches" method="get">
        <input
          id="search"
          type="search"
          name="q"
          value={search.text}
          placeholder={look.t.shell.searchHint}
          aria-label={look.t.shell.search}
          autocomplete="off"
        />
        <button type="submit" class="button">
          {t.find}
        </button>
        <p class="muted">
          {t.words}{' '}
          {searchWords.map(word => (
            <>
              <code>{word}:</code>{' '}
            </>
          ))}
          {t.free} {t.inZone(pageZone(look))}
        </p>
      </form>
      {search.misread.map(({ part, word }) => (
        <p class="flash tone-bad" role="alert">
          {t.misread(part, t.expected[word])}
        </p>
      ))}
      <LaunchTable look={look} rows={rows} id="launches" />
      {rows.length === 0 ? (
        <p class="empty">{search.text === '' ? t.none : next === null ? t.noneFound : t.noneYet}</p>
      ) : null}
      <nav class="pages" aria-label={t.pages}>
        {deep ? (
          <a href={`/launches${search.text === '' ? '' : `?q=${encodeURIComponent(search.text)}`}`}>{t.first}</a>
        ) : null}
        {next === null ? null : (
          <a href={`/launches?${new URLSearchParams({ q: search.text, after: next })}`}>{t.next}</a>
        )}
      </nav>
    </>
  )
}
