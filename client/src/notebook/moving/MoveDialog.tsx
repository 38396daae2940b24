/** "Continue on…": chooses a kernel, shows what moves, and follows the move. Closed before its end, it stops the move. */
import './moving.css'
import type { KernelSpecs } from '@yesterday/server/contract/http.ts'
import type { MoveReport } from '@yesterday/server/contract/move.ts'
import type { Job } from '@yesterday/server/contract/replay.ts'
import { useCallback, useEffect, useId, useState, useSyncExternalStore } from 'react'
import { type Answer, api } from '../../api/api.ts'
import { type JobState, useJob } from '../../panels/past/replay/jobs.ts'
import { useWatched } from '../../state/use-watched.ts'
import { locale } from '../../text/locale.ts'
import { t } from '../../text/text.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { ProblemBox } from '../../ui/Problem.tsx'
import { sizeText } from '../../ui/time.ts'
import type { Notebook } from '../notebook.ts'
import { MovePlanView, MoveResult } from './MovePlanView.tsx'
import { hideMove, moveOpen } from './move-store.ts'

/** Mounted always; shown while it is asked for. */
export function MoveDialog({ notebook }: { readonly notebook: Notebook }) {
  const isOpen = useSyncExternalStore(moveOpen.subscribe, moveOpen.get)
  return isOpen ? <OpenDialog notebook={notebook} /> : null
}

function OpenDialog({ notebook }: { readonly notebook: Notebook }) {
  const job = useJob()
  const present = useWatched(notebook.shownSession, (view) => view.kernel.spec)
  const [found, setFound] = useState<Answer<KernelSpecs> | null>(null)
  const [chosen, setChosen] = useState('')
  const [keep, setKeep] = useState(true)
  const load = useCallback(() => void api.kernelspecs().then(setFound), [])
  useEffect(load, [load])
  const specs = found?.ok ? found.value : null
  const others = (specs?.specs ?? []).filter(
    ({ name, language }) => name !== present && language === 'python',
  )
  const spec = chosen === '' ? (others[0]?.name ?? '') : chosen
  const name = others.find((one) => one.name === spec)?.displayName ?? spec
  const step = stepOf(job.state)
  const close = (): void => {
    if (job.state.at === 'going') job.stop(job.state.job.id)
    hideMove()
  }
  const compare = (): void =>
    job.start({ kind: 'move', documentId: notebook.opened.documentId, spec, keep, confirm: true })
  const action = step.at === 'choose' && spec !== '' ? { action: t('move.compare'), onAction: compare } : {}
  const confirm =
    step.at === 'waiting' ? { action: t('move.do'), onAction: () => job.confirm(step.job.id) } : {}
  return (
    <Dialog title={t('move.title')} wide onClose={close} {...action} {...confirm}>
      {found?.ok === false && <ProblemBox problem={found.problem} onRetry={load} />}
      {step.at === 'choose' && found?.ok !== false && (
        <Choice {...{ specs, others, spec, keep }} onChoose={setChosen} onKeep={setKeep} />
      )}
      {step.at === 'failed' && <ProblemBox title={t('move.failed')} problem={step.problem} />}
      {step.at === 'working' && <Working job={step.job} name={name} />}
      {step.at === 'waiting' && <MovePlanView plan={step.report.plan} />}
      {step.at === 'done' && <MoveResult report={step.report} />}
    </Dialog>
  )
}

type Problem = Pick<Extract<JobState, { at: 'failed' }>['problem'], 'message' | 'hint'>
type Step =
  | { readonly at: 'choose' }
  | { readonly at: 'working'; readonly job: Job | null }
  | { readonly at: 'waiting'; readonly job: Job; readonly report: MoveReport }
  | { readonly at: 'done'; readonly report: MoveReport }
  | { readonly at: 'failed'; readonly problem: Problem }

function stepOf(state: JobState): Step {
  if (state.at === 'none') return { at: 'choose' }
  if (state.at === 'starting') return { at: 'working', job: null }
  if (state.at === 'failed') return { at: 'failed', problem: state.problem }
  const { job } = state
  if (job.problem !== null)
    return { at: 'failed', problem: { ...job.problem, hint: job.problem.hint ?? null } }
  if (state.at === 'over') return job.move?.moved ? { at: 'done', report: job.move } : { at: 'choose' }
  return job.progress.phase === 'waiting' && job.move !== null
    ? { at: 'waiting', job, report: job.move }
    : { at: 'working', job }
}

interface ChoiceProps {
  readonly specs: KernelSpecs | null
  readonly others: KernelSpecs['specs']
  readonly spec: string
  readonly keep: boolean
  readonly onChoose: (spec: string) => void
  readonly onKeep: (keep: boolean) => void
}

function Choice({ specs, others, spec, keep, onChoose, onKeep }: ChoiceProps) {
  const id = useId()
  const places = [{ id: null, title: t('move.here') }, ...(specs?.places ?? [])]
  if (specs !== null && others.length === 0) return <p role="status">{t('move.none')}</p>
  return (
    <>
      <p>{t('move.hint')}</p>
      <label htmlFor={id}>{t('move.kernel')}</label>
      <select
        id={id}
        className="field move-kernel"
        aria-busy={specs === null}
        value={spec}
        disabled={specs === null}
        onChange={({ target }) => onChoose(target.value)}
      >
        {places.map((place) => (
          <optgroup key={place.id} label={place.title}>
            {others
              .filter((one) => one.place === place.id)
              .map(({ name, displayName }) => (
                <option key={name} value={name}>
                  {displayName}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
      <label className="move-keep">
        <input type="checkbox" checked={keep} onChange={({ target }) => onKeep(target.checked)} />
        {t('move.keep')}
      </label>
    </>
  )
}

function Working({ job, name }: { readonly job: Job | null; readonly name: string }) {
  const { phase = 'starting', done = 0, total = 0, now = null } = job?.progress ?? {}
  const words = {
    starting: t('move.starting', { name }),
    looking: t('move.looking'),
    waiting: t('move.looking'),
    sending: t('move.sending', { done: sizeText(done, locale), total: sizeText(total, locale) }),
    running: t('move.running', { title: now ?? '' }),
  }[phase]
  return (
    <>
      <p role="status">{words}</p>
      {total > 0 ? (
        <progress className="move-progress" max={total} value={done} aria-label={words} />
      ) : (
        <progress className="move-progress" aria-label={words} />
      )}
    </>
  )
}
