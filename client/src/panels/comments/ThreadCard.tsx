/** One thread: what it is about, its comments, and an answer. The focus in it marks it as read. */
import type { Comment, Thread } from '@yesterday/server/contract/comments.ts'
import { useEffect, useRef, useState } from 'react'
import { useNotebook } from '../../access/context.ts'
import type { Problem } from '../../api/api.ts'
import { me } from '../../api/me-store.ts'
import { Markdown } from '../../markdown/Markdown.tsx'
import { unreadIn } from '../../session/threads.ts'
import { useWatched } from '../../state/use-watched.ts'
import { t } from '../../text/text.ts'
import { Ellipsis } from '../../ui/icons.ts'
import { Menu, MenuItem } from '../../ui/Menu.tsx'
import { notify } from '../../ui/notices.ts'
import { Time } from '../../ui/Time.tsx'
import { commentHash } from '../past/target.ts'
import { Composer } from './Composer.tsx'

export function ThreadCard({ thread }: { readonly thread: Thread }) {
  const { comments, opened } = useNotebook()
  const card = useRef<HTMLElement>(null)
  const person = useWatched(me, (known) => known?.actor.id ?? '')
  const unread = useWatched(comments.read, (read) => unreadIn(thread, read, person).length)
  const isChosen = useWatched(comments.chosen, (id) => id === thread.id)
  useEffect(() => {
    if (!isChosen) return
    card.current?.scrollIntoView({ block: 'nearest' })
    card.current?.focus({ preventScroll: true })
    comments.chosen.set(null)
  }, [isChosen, comments])
  const [first] = thread.comments
  return (
    <article
      ref={card}
      className="thread"
      data-unread={unread > 0}
      tabIndex={-1}
      aria-label={t('comments.thread', { name: first?.author.name ?? '' })}
      onFocus={() => comments.markRead(thread)}
    >
      <About thread={thread} unread={unread} />
      {thread.comments.map((comment) => (
        <CommentView
          key={comment.id}
          thread={thread}
          comment={comment}
          isMine={comment.author.id === person}
        />
      ))}
      {thread.resolved !== null && (
        <p className="thread-resolved">
          {t('comments.resolvedBy', { name: thread.resolved.by.name })} <Time iso={thread.resolved.at} />
        </p>
      )}
      {opened.mayComment && <Answers thread={thread} />}
    </article>
  )
}

/** What the thread is about, with the way there. */
function About({ thread, unread }: { readonly thread: Thread; readonly unread: number }) {
  const { placeOf, commands } = useNotebook()
  const { anchor, quote } = thread
  const place = anchor.cell === null ? null : placeOf(anchor.cell)
  const where =
    place === null
      ? t(anchor.on === 'run' ? 'comments.on.run' : 'comments.gone')
      : t(`comments.at.${anchor.on}`, { n: place })
  return (
    <>
      <p className="thread-about">
        {place === null && anchor.on !== 'run' ? (
          where
        ) : (
          <button type="button" className="receipt-link" onClick={() => commands.showAnchor(anchor)}>
            {where}
          </button>
        )}
        {unread > 0 && <span className="thread-unread">{t('comments.unread', { count: unread })}</span>}
      </p>
      {quote !== '' && (anchor.on === 'source' || place === null) && (
        <pre className="thread-quote">{quote}</pre>
      )}
    </>
  )
}

function CommentView(props: {
  readonly thread: Thread
  readonly comment: Comment
  readonly isMine: boolean
}) {
  const { thread, comment, isMine } = props
  const { comments, opened, commands } = useNotebook()
  const [isEdited, setEdited] = useState(false)
  const { author, at, edited, text, deleted } = comment
  const remove = async (): Promise<void> => {
    const answer = await comments.change(thread.id, { type: 'delete', comment: comment.id })
    if (!answer.ok) notify('error', answer.problem.message, answer.problem.hint)
  }
  return (
    <div className="comment">
      <div className="comment-head">
        <strong>{author.name}</strong> <Time iso={at} />
        {edited !== null && !deleted && <small title={edited}>{t('comments.edited')}</small>}
        <Menu label={t('comments.menu')} icon={<Ellipsis size={16} />}>
          <MenuItem onSelect={() => commands.copyLink(commentHash(thread.id))}>{t('link.copy')}</MenuItem>
          {isMine && !deleted && opened.mayComment && (
            <>
              <MenuItem onSelect={() => setEdited(true)}>{t('comments.edit')}</MenuItem>
              <MenuItem danger onSelect={() => void remove()}>
                {t('comments.delete')}
              </MenuItem>
            </>
          )}
        </Menu>
      </div>
      {deleted ? (
        <p className="comment-deleted">{t('comments.deleted')}</p>
      ) : isEdited ? (
        <Composer
          label={t('comments.edit')}
          action={t('comments.save')}
          text={text}
          isFocused
          onCancel={() => setEdited(false)}
          onSend={async (changed) => {
            const answer = await comments.change(thread.id, {
              type: 'edit',
              comment: comment.id,
              text: changed,
            })
            if (answer.ok) setEdited(false)
            return answer.ok ? null : answer.problem
          }}
        />
      ) : (
        <Markdown source={text} />
      )}
    </div>
  )
}

/** Reply, resolve, reopen. The field opens on demand. */
function Answers({ thread }: { readonly thread: Thread }) {
  const { comments } = useNotebook()
  const [isOpen, setOpen] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const type = thread.resolved === null ? 'resolve' : 'reopen'
  const settle = async (): Promise<void> => {
    const answer = await comments.change(thread.id, { type })
    setProblem(answer.ok ? null : answer.problem)
  }
  if (isOpen)
    return (
      <Composer
        label={t('comments.replyText')}
        action={t('comments.reply')}
        isFocused
        onCancel={() => setOpen(false)}
        onSend={async (text) => {
          const answer = await comments.change(thread.id, { type: 'reply', text })
          if (!answer.ok) return answer.problem
          setOpen(false)
          return null
        }}
      />
    )
  return (
    <p className="thread-verbs">
      <button type="button" className="button button-small" onClick={() => setOpen(true)}>
        {t('comments.reply')}
      </button>
      <button type="button" className="button button-small" onClick={() => void settle()}>
        {t(`comments.${type}`)}
      </button>
      {problem !== null && <span role="alert">{problem.message}</span>}
    </p>
  )
}
