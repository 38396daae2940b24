/** Says that the project's history is gone or damaged while it is open, and offers to write it again. */
import { type HistoryState, WrittenAgain } from '@yesterday/server/contract/history.ts'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { api } from '../api/api.ts'
import { historyState, refreshHistoryState, setHistoryState } from '../api/history-state.ts'
import { useMay } from '../api/use-may.ts'
import { t } from '../text/text.ts'
import { TriangleAlert } from '../ui/icons.ts'
import { notify } from '../ui/notices.ts'

/** Pages without a notebook hear nothing by themselves: they ask this often while they are looked at, ms. */
const LOOK_MS = 5000

export function HistoryBar() {
  const isOwner = useMay('owner')
  const { kind } = useSyncExternalStore(historyState.subscribe, historyState.get)
  const [isBusy, setBusy] = useState(false)
  useEffect(keepLooking, [])
  if (kind === 'sound') return null
  const rewrite = async (): Promise<void> => {
    setBusy(true)
    await writeAgain()
    setBusy(false)
  }
  return (
    <section className="app-bar app-bar-danger" aria-label={t('historyState.label')} role="alert">
      <TriangleAlert size={20} aria-hidden="true" />
      <p>
        <strong>{t(`historyState.${kind}`)}</strong> {t(`historyState.${kind}Means`)}
      </p>
      {kind === 'gone' && (
        <div className="app-bar-answers">
          <button
            type="button"
            className="button button-primary"
            disabled={isBusy || !isOwner}
            onClick={() => void rewrite()}
          >
            {t(isBusy ? 'historyState.writing' : 'historyState.write')}
          </button>
        </div>
      )}
    </section>
  )
}

/** Returns the end of it. */
function keepLooking(): () => void {
  const gone = new AbortController()
  const look = (): void => {
    if (document.visibilityState === 'visible') void refreshHistoryState(gone.signal)
  }
  look()
  const timer = setInterval(look, LOOK_MS)
  document.addEventListener('visibilitychange', look, { signal: gone.signal })
  return () => {
    clearInterval(timer)
    gone.abort()
  }
}

async function writeAgain(): Promise<void> {
  const answer = await api.send(WrittenAgain, '/api/history/write-again', 'POST', {})
  if (!answer.ok) {
    notify('error', answer.problem.message, answer.problem.hint)
    return
  }
  const { lostObjects, aside } = answer.value
  const sound: HistoryState = { kind: 'sound', message: null }
  setHistoryState(sound)
  const hint = aside === null ? null : t('historyState.aside', { aside })
  if (lostObjects.length === 0) notify('info', t('historyState.written'), hint)
  else notify('warning', t('historyState.writtenLost', { count: lostObjects.length }), hint)
}
