/** What differs from the notebook's last good run, and the way back: the exact command first. */
import { EnvironmentSince, type KernelEnvironment } from '@yesterday/server/contract/environment.ts'
import type { EnvironmentDifference } from '@yesterday/server/contract/replay.ts'
import { useEffect, useState } from 'react'
import { api } from '../../api/api.ts'
import { packageCommand, requirementsOf } from '../../outputs/distributions.ts'
import { locale } from '../../text/locale.ts'
import { t } from '../../text/text.ts'

export interface SinceGoodProps {
  readonly document: string
  readonly installer: KernelEnvironment['installer']
  /** Null for a person who may not run code. */
  readonly onInstall: ((command: string) => void) | null
}

/** Nothing where nothing differs, and where there is no such run. A failure to compare is no failure of the list. */
export function SinceGood({ document, installer, onInstall }: SinceGoodProps) {
  const [since, setSince] = useState<EnvironmentSince | null>(null)
  const [isAsked, setAsked] = useState(false)
  useEffect(() => {
    const gone = new AbortController()
    const url = `/api/notebooks/${encodeURIComponent(document)}/environment/since`
    void api.get(EnvironmentSince, url, gone.signal).then((answer) => {
      if (!gone.signal.aborted && answer.ok) setSince(answer.value)
    })
    return () => gone.abort()
  }, [document])
  if (since === null || since.ended === null || since.differences.length === 0) return null
  const former = formerVersions(since.differences)
  const command =
    installer === null || former.length === 0 ? null : packageCommand(installer, 'install', former)
  return (
    <details className="packages-since">
      <summary>
        <SinceTitle since={since} ended={since.ended} />
      </summary>
      <ul>
        {since.differences.map((one) => (
          <li key={`${one.what} ${one.name}`}>{differenceWords(one)}</li>
        ))}
      </ul>
      {command !== null && onInstall !== null && !isAsked && (
        <button type="button" className="button button-small" onClick={() => setAsked(true)}>
          {t('packages.restore')}
        </button>
      )}
      {command !== null && onInstall !== null && isAsked && (
        <fieldset aria-label={t('packages.restore')}>
          <pre>{command}</pre>
          <p className="packages-note">{t('packages.restoreHint')}</p>
          <button
            type="button"
            className="button button-small button-primary"
            // The button that was pressed is gone: the focus goes on here.
            ref={(button) => button?.focus()}
            onClick={() => onInstall(command)}
          >
            {t('packages.restore')}
          </button>
          <button type="button" className="button button-small button-quiet" onClick={() => setAsked(false)}>
            {t('packages.cancel')}
          </button>
        </fieldset>
      )}
    </details>
  )
}

function SinceTitle({ since, ended }: { readonly since: EnvironmentSince; readonly ended: string }) {
  const count = since.differences.filter(({ what }) => what === 'package').length
  const [first] = since.differences
  if (count === 0 && first !== undefined) return differenceWords(first)
  const when = new Date(ended).toLocaleDateString(locale, { day: 'numeric', month: 'short' })
  return t('packages.since', { count, when })
}

function differenceWords({ what, name, was, is }: EnvironmentDifference): string {
  if (what === 'python') return t('packages.pythonSince', { was: was ?? '', is: is ?? '' })
  return is === null
    ? t('packages.gone', { name, was: was ?? '' })
    : t('packages.change', { name, was: was ?? '', is })
}

/** Requirements; a recorded name or version that is none is left out. */
export function formerVersions(differences: readonly EnvironmentDifference[]): readonly string[] {
  return differences.flatMap(({ what, name, was }) => {
    const requirement = what === 'package' && was !== null ? requirementsOf(`${name}==${was}`) : null
    return requirement?.length === 1 ? requirement : []
  })
}
