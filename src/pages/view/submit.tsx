/** The form that submits a file of rows. Pure. */
import type { Look } from '../look.ts'
import { Button, Field, Hidden, LinkButton, Reason } from './form.tsx'

export interface SubmitModel {
  readonly accounts: readonly string[]
  /** What was filled in before. */
  readonly fields: Readonly<Record<string, string>>
  /** What is wrong with it; nothing was submitted. */
  readonly flaws: readonly string[]
  /** Bytes that the file may have here. */
  readonly most: number
}

export function SubmitPage({ look, model }: { look: Look; model: SubmitModel }) {
  const { submit: t, batch, confirm } = look.t
  const { fields } = model
  return (
    <section class="confirm" aria-labelledby="submit-title">
      <h1 id="submit-title">{t.title}</h1>
      <p>{t.words}</p>
      {model.flaws.length === 0 ? null : (
        <div class="flash tone-bad" role="alert">
          <p>{t.nothing}</p>
          <ul>
            {model.flaws.map(flaw => (
              <li>{flaw}</li>
            ))}
          </ul>
        </div>
      )}
      <form method="post" action="/batches" enctype="multipart/form-data" class="form in-order">
        <Hidden name="token" value={look.token} />
        <label class="field">
          <span>{look.t.words.account}</span>
          <select name="account">
            {model.accounts.map(account => (
              <option value={account} selected={account === fields.account}>
                {account}
              </option>
            ))}
          </select>
        </label>
        <Field label={t.name} name="name" value={fields.name ?? ''} hint={t.nameHint} />
        <Field
          label={look.t.words.mailing}
          name="mailing"
          inputmode="numeric"
          value={fields.mailing ?? ''}
          hint={t.mailingHint}
        />
        <Field
          label={`${batch.pace} (${t.perMinute})`}
          name="perMinute"
          inputmode="numeric"
          value={fields.perMinute ?? ''}
          hint={t.paceHint}
        />
        <Reason look={look} />
        {/* The file is read as it comes, so it is the last field of the body; people see and reach it first. */}
        <Field
          label={t.rows}
          name="rows"
          required
          inputmode="numeric"
          pattern="[0-9]+"
          value={fields.rows ?? ''}
          hint={t.rowsHint}
        />
        <label class="field foremost">
          <span>{t.file}</span>
          <input type="file" name="file" required accept=".csv,.tsv,.ndjson,.jsonl" />
          <small>{t.fileHint(formatBytes(model.most))}</small>
        </label>
        <div class="actions">
          <Button kind="danger">{t.submit}</Button>
          <LinkButton href="/batches">{confirm.back}</LinkButton>
        </div>
      </form>
    </section>
  )
}

function formatBytes(bytes: number): string {
  return bytes < 1_048_576 ? `${Math.floor(bytes / 1_024)} KiB` : `${Math.floor(bytes / 1_048_576)} MiB`
}
