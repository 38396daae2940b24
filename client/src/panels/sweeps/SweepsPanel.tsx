/** Sweeps of the notebook: a new one, those there were, and one as it goes. One that runs is shown first. */
import './sweeps.css'
import type { SweepLine } from '@yesterday/server/contract/sweeps.ts'
import { useEffect, useState } from 'react'
import { useNotebook } from '../../access/context.ts'
import { t } from '../../text/text.ts'
import { ProblemBox } from '../../ui/Problem.tsx'
import { Time } from '../../ui/Time.tsx'
import { PanelHead } from '../PanelHead.tsx'
import { SweepForm } from './SweepForm.tsx'
import { SweepView } from './SweepView.tsx'
import { useSweeps } from './sweep-store.ts'

/** Undefined until it is known whether one runs; null for the list. */
type Shown = string | null | undefined

export function SweepsPanel() {
  const { opened } = useNotebook()
  const { value: list, problem, again } = useSweeps(opened.documentId)
  const [shown, setShown] = useState<Shown>(undefined)
  useEffect(() => {
    if (list === null || shown !== undefined) return
    setShown(list.sweeps.find(({ state }) => state === 'running')?.id ?? null)
  }, [list, shown])
  if (typeof shown === 'string')
    return (
      <div className="sweeps">
        <PanelHead title={t('sweeps.title')} view={shown}>
          <button
            type="button"
            className="button button-small"
            onClick={() => {
              setShown(null)
              again()
            }}
          >
            {t('sweeps.back')}
          </button>
        </PanelHead>
        <SweepView key={shown} id={shown} />
      </div>
    )
  return (
    <div className="sweeps">
      <PanelHead title={t('sweeps.title')} view={shown} />
      {problem !== null && <ProblemBox problem={problem} onRetry={again} />}
      {list === null && problem === null && (
        <p className="sweeps-note" role="status">
          {t('app.loading')}
        </p>
      )}
      {list !== null && shown === null && (
        <>
          {opened.mayRun ? (
            <SweepForm parallel={list.parallel} onStarted={setShown} />
          ) : (
            <p className="sweeps-note">{t('sweeps.mayNot')}</p>
          )}
          <Earlier sweeps={list.sweeps} onShow={setShown} />
        </>
      )}
    </div>
  )
}

function Earlier(props: { readonly sweeps: readonly SweepLine[]; readonly onShow: (id: string) => void }) {
  const { sweeps, onShow } = props
  if (sweeps.length === 0) return null
  return (
    <section aria-label={t('sweeps.earlier')}>
      <h3>{t('sweeps.earlier')}</h3>
      <ul className="sweeps-earlier">
        {sweeps.map(({ id, request, trials, endedTrials, state, by, started }) => (
          <li key={id}>
            <button type="button" className="past-link" onClick={() => onShow(id)}>
              {request.parameters.map(({ name }) => name).join(', ')}
            </button>
            <span>
              {state === 'running'
                ? t('sweeps.ended', { ended: endedTrials, count: trials })
                : `${t('sweeps.trials', { count: trials })} · ${t(`sweeps.state.${state}`)}`}
            </span>
            <span>
              {by.name} · <Time iso={started} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
