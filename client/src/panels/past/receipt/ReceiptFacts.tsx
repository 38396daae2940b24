/** The facts below a receipt: where it ran, its hidden state, what it cost, and what was not captured. */
import { costFacts, hostText, movedGenerators } from '@yesterday/server/contract/receipt-words.ts'
import type { Receipt, RunHost } from '@yesterday/server/contract/run.ts'
import type { ReactNode } from 'react'
import { z } from 'zod'
import { say, t } from '../../../text/text.ts'

function Part(props: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <h3>{props.title}</h3>
      {props.children}
    </section>
  )
}

// The agent may say more, or less: what is not as expected is left out.
const text = z.string().nullish().catch(null)
const Facets = z.object({
  python: text,
  platform: text,
  executable: text,
  distributions: z.record(z.string(), z.string()).catch({}),
  git: z
    .object({ commit: text, dirty: z.boolean().nullish().catch(null) })
    .nullish()
    .catch(null),
})

interface EnvironmentProps {
  readonly environment: Receipt['environment']
  /** Null for the server's machine. */
  readonly host: RunHost | null
}

export function Environment({ environment, host }: EnvironmentProps) {
  const facets = environment === null ? null : (Facets.safeParse(environment.facets).data ?? null)
  if (facets === null)
    return (
      <Part title={t('receipt.environment')}>
        <Host host={host} />
        <p className="past-none">{t('receipt.environmentNone')}</p>
      </Part>
    )
  const packages = Object.entries(facets.distributions).sort(([a], [b]) => a.localeCompare(b))
  const commit = facets.git?.commit?.slice(0, 8)
  return (
    <Part title={t('receipt.environment')}>
      <Host host={host} />
      <p>
        {[facets.python && `Python ${facets.python}`, facets.platform].filter(Boolean).join(' · ')}
        {commit !== undefined &&
          ` · ${t(facets.git?.dirty === true ? 'receipt.gitDirty' : 'receipt.git', { commit })}`}
      </p>
      {packages.length > 0 && (
        <details className="receipt-rest">
          <summary>{t('receipt.packages', { count: packages.length })}</summary>
          <ul className="receipt-packages">
            {packages.map(([name, version]) => (
              <li key={name}>
                {name} <small>{version}</small>
              </li>
            ))}
          </ul>
        </details>
      )}
    </Part>
  )
}

function Host({ host }: Pick<EnvironmentProps, 'host'>) {
  if (host === null) return null
  return (
    <p>
      {t('host.title')}: {hostText(host, say)}
    </p>
  )
}

export function HiddenState({ state }: { readonly state: Receipt['state'] }) {
  if (state === null) return null
  const moved = movedGenerators(state)
  return (
    <Part title={t('receipt.state')}>
      <ul>
        <li>
          {t('receipt.cwd')}: <code>{state.cwd}</code>
        </li>
        {moved.length > 0 && <li>{t('receipt.moved', { names: moved.join(', ') })}</li>}
      </ul>
    </Part>
  )
}

export function Cost({ cost }: { readonly cost: Receipt['cost'] }) {
  if (cost === null)
    return (
      <Part title={t('receipt.cost')}>
        <p className="past-none">{t('receipt.costNone')}</p>
      </Part>
    )
  return (
    <Part title={t('receipt.cost')}>
      <dl className="receipt-cost">
        {costFacts(cost, say).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Part>
  )
}

export function NotCaptured({ receipt }: { readonly receipt: Receipt }) {
  if (receipt.notCaptured.length === 0) return null
  return (
    <Part title={t('receipt.notCaptured')}>
      <ul>
        {receipt.notCaptured.map((missing) => (
          <li key={`${missing.what} ${missing.why}`}>
            {missing.what} <small>{missing.why}</small>
          </li>
        ))}
      </ul>
    </Part>
  )
}
