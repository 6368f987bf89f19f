/** Forms that work without a script: what is asked, why, and the button. Pure. */
import type { Child } from 'hono/jsx'
import type { Look } from '../look.ts'

export function Hidden({ name, value }: { name: string; value: string }) {
  return <input type="hidden" name={name} value={value} />
}

/** A form of our own: it carries the token, and where to come back to. */
export function Form({ look, action, children, id }: { look: Look; action: string; children: Child; id?: string }) {
  return (
    <form method="post" action={action} class="form" id={id}>
      <Hidden name="token" value={look.token} />
      <Hidden name="back" value={look.here} />
      {children}
    </form>
  )
}

export function Field({
  label,
  name,
  hint,
  ...rest
}: {
  label: string
  name: string
  hint?: string
  required?: boolean
  type?: string
  value?: string | undefined
  pattern?: string
  placeholder?: string
  autocomplete?: string
  inputmode?: 'numeric' | 'text'
  autofocus?: boolean
}) {
  return (
    <label class="field">
      <span>{label}</span>
      <input name={name} autocomplete="off" maxlength={500} {...rest} />
      {hint === undefined ? null : <small>{hint}</small>}
    </label>
  )
}

export function Reason({ look, placeholder, value }: { look: Look; placeholder?: string; value?: string | undefined }) {
  return (
    <Field
      label={look.t.forms.reason}
      name="reason"
      required
      placeholder={placeholder ?? look.t.forms.reasonHint}
      value={value}
    />
  )
}

type Kind = 'plain' | 'main' | 'danger' | 'stop'

export function Button({ kind = 'plain', children }: { kind?: Kind; children: Child }) {
  return (
    <button type="submit" class={`button ${kind}`}>
      {children}
    </button>
  )
}

/** A button that unfolds its form: nothing happens before the reason is given. */
export function Unfold({
  look,
  word,
  kind = 'plain',
  action,
  children,
  submit,
  id,
  name,
}: {
  look: Look
  word: Child
  kind?: Kind
  action: string
  children?: Child
  submit: string
  id?: string
  /** What it is called for whoever cannot see what is around it. */
  name?: string
}) {
  return (
    <details class="unfold" id={id}>
      <summary class={`button ${kind}`} aria-label={name}>
        {word}
      </summary>
      <div class="panel">
        <Form look={look} action={action}>
          {children}
          <Reason look={look} />
          <Button kind={kind === 'plain' ? 'main' : kind}>{submit}</Button>
        </Form>
      </div>
    </details>
  )
}

export function LinkButton({ href, kind = 'plain', children }: { href: string; kind?: Kind; children: Child }) {
  return (
    <a class={`button ${kind}`} href={href}>
      {children}
    </a>
  )
}
