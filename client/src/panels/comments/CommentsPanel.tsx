/** The comments of the notebook beside its cells: threads in the order of the cells, by filter, and a new one. */
import './comments.css'
import { useNotebook } from '../../access/context.ts'
import { useOrder } from '../../access/use-order.ts'
import { me } from '../../api/me-store.ts'
import { FILTERS, inOrder, isAbout, unreadIn } from '../../session/threads.ts'
import { useWatched } from '../../state/use-watched.ts'
import { t } from '../../text/text.ts'
import { ProblemBox } from '../../ui/Problem.tsx'
import { PanelHead } from '../PanelHead.tsx'
import { Composer } from './Composer.tsx'
import { ThreadCard } from './ThreadCard.tsx'

const all = <T,>(value: T): T => value

export function CommentsPanel() {
  const { comments, opened, selectedCell, commands } = useNotebook()
  const problem = useWatched(comments.problem, all)
  const threads = useWatched(comments.threads, all)
  const read = useWatched(comments.read, all)
  const filter = useWatched(comments.filter, all)
  const order = useOrder()
  const person = useWatched(me, (known) => known?.actor.id ?? '')
  const shown = inOrder(threads.values(), order).filter((thread) => isAbout(thread, filter, person))
  const unread = [...threads.values()].filter((thread) => unreadIn(thread, read, person).length > 0)
  return (
    <div className="comments">
      <PanelHead title={t('comments.title')}>
        {opened.mayComment && (
          <button
            type="button"
            className="button button-small"
            disabled={selectedCell === null}
            onClick={commands.comment}
          >
            {t('comments.new')}
          </button>
        )}
      </PanelHead>
      <search className="comments-filters" aria-label={t('comments.filter')}>
        {FILTERS.map((one) => (
          <button
            key={one}
            type="button"
            className="button button-small"
            aria-pressed={filter === one}
            onClick={() => comments.filter.set(one)}
          >
            {t(`comments.${one}`)}
          </button>
        ))}
        <button
          type="button"
          className="button button-small button-quiet"
          disabled={unread.length === 0}
          onClick={() => comments.markAllRead(unread)}
        >
          {t('comments.readAll')}
        </button>
      </search>
      <div className="comments-body">
        <NewThread />
        {problem === 'loading' && <p className="history-note">{t('app.loading')}</p>}
        {problem !== null && problem !== 'loading' && (
          <ProblemBox title={t('comments.failed')} problem={problem} onRetry={() => void comments.load()} />
        )}
        {problem === null && shown.length === 0 && (
          <div className="history-note">
            <strong>{t(threads.size === 0 ? 'comments.empty' : 'comments.noMatch')}</strong>
            {threads.size === 0 && opened.mayComment && <p>{t('comments.emptyHint')}</p>}
          </div>
        )}
        <ol className="threads" aria-label={t(`comments.${filter}`)}>
          {shown.map((thread) => (
            <li key={thread.id}>
              <ThreadCard thread={thread} />
            </li>
          ))}
        </ol>
      </div>
    </div>
  )
}

function NewThread() {
  const { comments } = useNotebook()
  const draft = useWatched(comments.draft, all)
  if (draft === null) return null
  return (
    <section className="thread thread-new" aria-label={t('comments.newLabel')}>
      <p className="thread-about">{t(`comments.on.${draft.anchor.on}`)}</p>
      {draft.quote !== '' && <pre className="thread-quote">{draft.quote}</pre>}
      <Composer
        key={JSON.stringify(draft.anchor)}
        label={t('comments.text')}
        action={t('comments.send')}
        isFocused
        onCancel={() => comments.draft.set(null)}
        onSend={async (text) => {
          const answer = await comments.begin(draft.anchor, text)
          if (!answer.ok) return answer.problem
          comments.draft.set(null)
          comments.filter.set('open')
          comments.chosen.set(answer.value.id)
          return null
        }}
      />
    </section>
  )
}
