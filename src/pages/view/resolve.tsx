/** Ending the doubt about an unknown launch: what each answer means, and what may not be said yet. Pure. */
import type { Look } from '../look.ts'
import type { LaunchModel } from '../read/launch.ts'
import { Button, Form, LinkButton, Reason } from './form.tsx'
import { launchAddress } from './launch-parts.tsx'
import { Time } from './times.tsx'

export function Resolve({ look, model }: { look: Look; model: LaunchModel }) {
  const { resolve: t } = look.t
  const { launch, quarantineUntil } = model
  const here = launchAddress(launch.key)
  const isQuarantined = quarantineUntil > look.now
  return (
    <section class="resolve" id="resolve" aria-labelledby="resolve-title">
      <h2 id="resolve-title">{t.title}</h2>
      <p>{t.danger}</p>
      <p>{t.look(launch.mailing)}</p>
      {isQuarantined ? (
        <p class="muted">
          {t.quarantine} <Time look={look} at={quarantineUntil} shape="full" />.
        </p>
      ) : null}
      {look.rights.resolve ? (
        <Form look={look} action={`${here}/resolve`}>
          <fieldset>
            <legend>{t.found}</legend>
            {(['launched', 'notLaunched', 'writtenOff'] as const).map(as => (
              <label class="choice">
                <input type="radio" name="as" value={as} required />
                <span>
                  <strong>{t.as[as]}</strong> <small>{t.means[as]}</small>
                </span>
              </label>
            ))}
          </fieldset>
          <Reason look={look} placeholder={t.reasonHint} />
          <div class="actions">
            <Button kind="main">{t.submit}</Button>
            {look.rights.relaunch ? (
              <LinkButton kind="danger" href={`${here}/relaunch`}>
                {t.relaunch}
              </LinkButton>
            ) : null}
          </div>
        </Form>
      ) : (
        <p class="muted">{t.notYours}</p>
      )}
    </section>
  )
}
