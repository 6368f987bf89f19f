/** Signing in with an API key, and pages for what went wrong. Pure. */
import type { Look } from '../look.ts'
import { Button, Hidden } from './form.tsx'

export function SignInPage({ look, next, flaw }: { look: Look; next: string; flaw: boolean }) {
  const { signIn: t } = look.t
  return (
    <section class="confirm" aria-labelledby="sign-in-title">
      <h1 id="sign-in-title">{t.title}</h1>
      <p>{t.words}</p>
      {flaw ? (
        <p class="flash tone-bad" role="alert">
          {t.wrong}
        </p>
      ) : null}
      <form method="post" action="/sign-in" class="form">
        <Hidden name="token" value={look.token} />
        <Hidden name="next" value={next} />
        <label class="field">
          <span>{t.key}</span>
          <input type="password" name="key" required autocomplete="current-password" maxlength={200} autofocus />
          <small>
            {t.hint} <code>sendoff keys create</code>
          </small>
        </label>
        <Button kind="main">{t.submit}</Button>
      </form>
    </section>
  )
}

export function TroublePage({ title, words, home }: { title: string; words: string; home: string }) {
  return (
    <section class="confirm">
      <h1>{title}</h1>
      <p>{words}</p>
      <p>
        <a href="/">{home}</a>
      </p>
    </section>
  )
}
