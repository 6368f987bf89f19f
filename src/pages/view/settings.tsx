/** How the pages are to be seen: forms that work without a script. Pure. */
import type { Look } from '../look.ts'
import { languages, themes, zoneChoices } from '../look.ts'
import { ledgerText } from '../sentence.ts'
import { Button, Hidden } from './form.tsx'

/** One click between dark and light; where the system decides, the script says what the system has. */
export function ThemeToggle({ look }: { look: Look }) {
  return (
    <form method="post" action="/look" class="theme">
      <Hidden name="token" value={look.token} />
      <Hidden name="back" value={look.here} />
      <input
        type="hidden"
        name="theme"
        id="theme"
        value={look.theme === 'dark' ? 'light' : 'dark'}
        data-auto={look.theme === 'auto' ? '' : undefined}
      />
      <button type="submit" class="button" aria-label={look.t.shell.toggle} title={look.t.shell.toggle}>
        <svg class="icon" viewBox="0 0 12 12" width="14" height="14" aria-hidden="true">
          <path d="M6 1.5a4.5 4.5 0 1 0 0 9z" class="half" />
          <path d="M6 1.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9" />
        </svg>
      </button>
    </form>
  )
}

/** Colours, zone of times and language, and the way out. */
export function Settings({ look }: { look: Look }) {
  const { t } = look
  return (
    <details class="unfold settings">
      <summary class="button">
        <span>{look.by === undefined ? t.shell.look : ledgerText(look, look.by)}</span>
      </summary>
      <div class="panel">
        <form method="post" action="/look" class="form">
          <Hidden name="token" value={look.token} />
          <Hidden name="back" value={look.here} />
          <Choice
            name="theme"
            label={t.shell.theme}
            value={look.theme}
            options={themes.map(each => [each, t.themes[each]])}
          />
          <Choice
            name="zone"
            label={t.shell.zone}
            value={look.zone}
            options={zoneChoices.map(each => [
              each,
              each === 'mine' && look.mine !== undefined ? `${t.zones.mine} (${look.mine})` : t.zones[each],
            ])}
          />
          <Choice
            name="language"
            label={t.shell.language}
            value={look.language}
            options={languages.map(each => [each, each === 'en' ? 'English' : 'Русский'])}
          />
          <Button kind="main">{t.shell.apply}</Button>
        </form>
        {look.signedIn ? (
          <form method="post" action="/sign-out" class="form">
            <Hidden name="token" value={look.token} />
            <Button>{t.shell.signOut}</Button>
          </form>
        ) : null}
      </div>
    </details>
  )
}

function Choice({
  name,
  label,
  value,
  options,
}: {
  name: string
  label: string
  value: string
  options: readonly (readonly [string, string])[]
}) {
  return (
    <label class="field">
      <span>{label}</span>
      <select name={name}>
        {options.map(([option, words]) => (
          <option value={option} selected={option === value}>
            {words}
          </option>
        ))}
      </select>
    </label>
  )
}
