/**
 * Resolves the conflicts of a merge in one notebook. Invariant: nothing is written before "Finish", and choices are the same
 * for everyone who has the notebook on the screen.
 */
import './conflicts.css'
import type {
  ConflictChoice,
  NotebookConflicts,
  ResolvedNotebook,
} from '@yesterday/server/contract/conflicts.ts'
import { type FocusEvent, type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import type { Problem } from '../api/api.ts'
import { useWatched } from '../state/use-watched.ts'
import { t } from '../text/text.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { notify } from '../ui/notices.ts'
import { ProblemBox } from '../ui/Problem.tsx'
import { ConflictView, editedFrom } from './ConflictView.tsx'
import { ConflictStore } from './conflict-store.ts'

interface Props {
  readonly path: string
  readonly mayChoose: boolean
  /** The notebook is resolved: it opens as it is now. */
  readonly onDone: () => void
  /** Leaves the conflicts as they are. */
  readonly onLeave: () => void
}

export function Resolver({ path, ...props }: Props) {
  const store = useMemo(() => new ConflictStore(path), [path])
  const state = useWatched(store.state, (now) => now)
  if (state.at === 'loading') return <p className="notebook-wait">{t('app.loading')}</p>
  if (state.at === 'failed')
    return (
      <div className="boundary">
        <ProblemBox title={t('conflicts.failed')} problem={state.problem} onRetry={() => void store.ask()} />
      </div>
    )
  const { found, problem } = state
  if (found.from === 'cells' && found.conflicts.length === 0) return <Resolved onDone={props.onDone} />
  return <Shown {...props} {...{ store, found, problem }} />
}

function Resolved({ onDone }: { readonly onDone: () => void }) {
  return (
    <section className="home home-empty">
      <h1>{t('conflicts.resolved')}</h1>
      <p>
        <button type="button" className="button button-primary" onClick={onDone}>
          {t('conflicts.open')}
        </button>
      </p>
    </section>
  )
}

function Shown(
  props: Omit<Props, 'path'> & {
    readonly store: ConflictStore
    readonly found: NotebookConflicts
    readonly problem: Problem | null
  },
) {
  const { store, found, problem, mayChoose } = props
  const list = useRef<HTMLDivElement>(null)
  const { conflicts } = found
  /** The conflict that has the focus, or had it last. */
  const current = useRef(0)
  const go = (by: 1 | -1): void => articles(list.current)[current.current + by]?.focus()
  useEffect(() => articles(list.current)[0]?.focus({ preventScroll: true }), [])
  const choose = (place: number, choice: ConflictChoice | null): void => {
    const conflict = conflicts[place]
    if (conflict !== undefined && mayChoose) void store.choose(conflict, choice)
  }
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    const place = current.current
    const conflict = conflicts[place]
    if (event.key === 'n' || event.key === 'p') go(event.key === 'n' ? 1 : -1)
    else if (event.key === 'e' && conflict !== undefined) choose(place, editedFrom(conflict))
    else if (isTake(event.key)) choose(place, { take: TAKES[event.key] })
    else return
    event.preventDefault()
  }
  const onFocus = ({ target }: FocusEvent): void => {
    const place = articles(list.current).findIndex((article) => article.contains(target))
    if (place >= 0) current.current = place
  }
  return (
    <section className="conflicts" aria-label={t('conflicts.title')} onKeyDown={onKey} onFocus={onFocus}>
      <Head {...props} path={found.path} onGo={go} />
      {problem !== null && <ProblemBox problem={problem} title={problemTitle(problem)} />}
      <p className="conflicts-lead">{t(conflicts.length === 0 ? 'conflicts.nothing' : 'conflicts.lead')}</p>
      {mayChoose ? (
        conflicts.length > 0 && <p className="conflicts-keys">{t('conflicts.keys')}</p>
      ) : (
        <p className="conflicts-keys">{t('conflicts.readOnly')}</p>
      )}
      <div ref={list} className="conflict-list">
        {conflicts.map((conflict, place) => (
          <ConflictView
            key={conflict.key}
            {...{ conflict, place, total: conflicts.length }}
            onChoose={mayChoose ? (choice) => choose(place, choice) : null}
          />
        ))}
      </div>
    </section>
  )
}

const TAKES = { 1: 'ours', 2: 'theirs', 3: 'both' } as const
const isTake = (key: string): key is `${keyof typeof TAKES}` => key in TAKES
const isTyping = (target: EventTarget): boolean =>
  target instanceof HTMLElement && target.closest('textarea, input, dialog') !== null

const articles = (list: HTMLElement | null): readonly HTMLElement[] =>
  list === null ? [] : [...list.querySelectorAll<HTMLElement>('[data-conflict]')]

const problemTitle = ({ code }: Problem): string =>
  t(code === 'undecided' || code === 'conflictChanged' ? 'conflicts.notWritten' : 'conflicts.notKept')

function Head(props: {
  readonly path: string
  readonly store: ConflictStore
  readonly found: NotebookConflicts
  readonly mayChoose: boolean
  readonly onDone: () => void
  readonly onLeave: () => void
  readonly onGo: (by: 1 | -1) => void
}) {
  const { store, found, mayChoose } = props
  const [isBusy, setBusy] = useState(false)
  const total = found.conflicts.length
  const left = found.conflicts.filter(({ choice }) => choice === null).length
  const finish = async (): Promise<void> => {
    setBusy(true)
    const done = await store.finish(found.version)
    setBusy(false)
    if (done === null) return
    report(done)
    props.onDone()
  }
  return (
    <header className="conflicts-head">
      <h1>{t('conflicts.title')}</h1>
      <span role="status">
        {left > 0 && t('conflicts.left', { count: left, total })}
        {left === 0 && total > 0 && t('conflicts.allDecided', { count: total })}
      </span>
      <span className="conflicts-verbs">
        <button
          type="button"
          className="button button-small"
          onClick={() => props.onGo(-1)}
          disabled={total < 2}
        >
          {t('conflicts.previous')}
        </button>
        <button
          type="button"
          className="button button-small"
          onClick={() => props.onGo(1)}
          disabled={total < 2}
        >
          {t('conflicts.next')}
        </button>
        {mayChoose && left < total && <Discard store={store} />}
        <button
          type="button"
          className="button button-small"
          title={t('conflicts.notNowHint')}
          onClick={props.onLeave}
        >
          {t('conflicts.notNow')}
        </button>
        {mayChoose && (
          <button
            type="button"
            className="button button-small button-primary"
            disabled={left > 0 || isBusy}
            onClick={() => void finish()}
          >
            {t('conflicts.finish')}
          </button>
        )}
      </span>
    </header>
  )
}

function report({ path, next }: ResolvedNotebook): void {
  const hint = next === null ? null : t('conflicts.doneNext', { next: next.map(quoted).join(' ') })
  notify(next === null ? 'info' : 'warning', t('conflicts.done', { path }), hint)
}

/** An argument as a shell reads it. */
const quoted = (word: string): string =>
  /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

function Discard({ store }: { readonly store: ConflictStore }) {
  const [isAsked, setAsked] = useState(false)
  return (
    <>
      <button type="button" className="button button-small" onClick={() => setAsked(true)}>
        {t('conflicts.discard')}
      </button>
      {isAsked && (
        <Dialog
          danger
          title={t('conflicts.discard')}
          action={t('conflicts.discard')}
          onClose={() => setAsked(false)}
          onAction={() => {
            setAsked(false)
            void store.discard()
          }}
        >
          <p>{t('conflicts.discardAsk')}</p>
        </Dialog>
      )}
    </>
  )
}
