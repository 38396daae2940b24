/** The question in a folder whose history was made elsewhere: what is possible now, and what trust means. */
import { WorkspaceState } from '@yesterday/server/contract/workspace.ts'
import { useEffect, useState } from 'react'
import { api } from '../api/api.ts'
import { useMay } from '../api/use-may.ts'
import { t } from '../text/text.ts'
import { ShieldQuestion, X } from '../ui/icons.ts'
import { notify } from '../ui/notices.ts'

/** Nothing in a folder that is trusted. Another page may have answered meanwhile: asked again when this one is looked at. */
export function TrustBar() {
  const [why, setWhy] = useState<WorkspaceState['why']>(null)
  const [hidden, setHidden] = useState(false)
  const [busy, setBusy] = useState(false)
  const isOwner = useMay('owner')
  useEffect(() => {
    const gone = new AbortController()
    void look(gone.signal, setWhy)
    const again = () => void (document.visibilityState === 'visible' && look(gone.signal, reloadOnceTrusted))
    document.addEventListener('visibilitychange', again, { signal: gone.signal })
    return () => gone.abort()
  }, [])
  if (why === null || hidden) return null
  const answer = async () => {
    setBusy(true)
    const trusted = await api.send(WorkspaceState, '/api/workspace/trust', 'POST', {})
    if (trusted.ok) return location.reload()
    setBusy(false)
    notify('error', trusted.problem.message, trusted.problem.hint)
  }
  return (
    <section className="app-bar trust-bar" aria-label={t('trust.label')}>
      <ShieldQuestion size={20} aria-hidden="true" />
      <p>
        <strong>{t(`trust.${why}`)}</strong> {t(why === 'link' ? 'trust.linkMeans' : 'trust.means')}
      </p>
      <div className="app-bar-answers">
        {why !== 'link' && isOwner && (
          <button
            type="button"
            className="button button-primary"
            disabled={busy}
            onClick={() => void answer()}
          >
            {t(busy ? 'trust.doing' : 'trust.do')}
          </button>
        )}
        <button
          type="button"
          className="icon-button"
          aria-label={t('trust.later')}
          onClick={() => setHidden(true)}
        >
          <X size={16} />
        </button>
      </div>
    </section>
  )
}

async function look(signal: AbortSignal, report: (why: WorkspaceState['why']) => void): Promise<void> {
  const answer = await api.get(WorkspaceState, '/api/workspace', signal)
  if (answer.ok && !signal.aborted) report(answer.value.why)
}

/** A trusted folder has other documents than one that is only read. */
function reloadOnceTrusted(why: WorkspaceState['why']): void {
  if (why === null && document.querySelector('.trust-bar') !== null) location.reload()
}
