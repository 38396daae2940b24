/** What was deleted, newest first: puts it back, or, for owners, deletes it for good. */
import type { TrashItem } from '@yesterday/server/contract/trash.ts'
import { useState } from 'react'
import { trashApi } from '../api/trash-api.ts'
import { useLoaded } from '../api/use-loaded.ts'
import { useMay } from '../api/use-may.ts'
import { t } from '../text/text.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { notify } from '../ui/notices.ts'
import { ProblemBox } from '../ui/Problem.tsx'
import { Time } from '../ui/Time.tsx'
import { files } from './files-store.ts'
import { nameOf, parentOf } from './tree.ts'

export function TrashDialog({ onClose }: { readonly onClose: () => void }) {
  const items = useLoaded(trashApi.list)
  /** What is asked about. */
  const [asked, setAsked] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const act = async (work: () => Promise<void>): Promise<void> => {
    if (isBusy) return
    setBusy(true)
    await work()
    setAsked(null)
    items.take(await trashApi.list())
    setBusy(false)
  }
  const putBack = (item: TrashItem) =>
    act(async () => {
      const answer = await trashApi.putBack(item)
      if (!answer.ok) return notify('error', answer.problem.message, answer.problem.hint)
      notify('info', t('trash.isBack', { path: answer.value.path }))
      await files.refresh()
    })
  const remove = (item: TrashItem) =>
    act(async () => {
      const answer = await trashApi.remove(item.item)
      if (!answer.ok) notify('error', answer.problem.message, answer.problem.hint)
    })
  return (
    <Dialog title={t('trash.title')} wide onClose={onClose}>
      {items.problem !== null && <ProblemBox problem={items.problem} onRetry={items.again} />}
      {items.value === null && items.problem === null && <p role="status">{t('app.loading')}</p>}
      {items.value?.length === 0 && <p>{t('trash.empty')}</p>}
      <ul className="line-list" aria-busy={isBusy}>
        {(items.value ?? []).map((item) => (
          <Line
            key={item.item}
            item={item}
            isAsked={asked === item.item}
            onAsk={(is) => setAsked(is ? item.item : null)}
            onPutBack={() => void putBack(item)}
            onRemove={() => void remove(item)}
          />
        ))}
      </ul>
    </Dialog>
  )
}

function Line(props: {
  readonly item: TrashItem
  /** Whether the person is asked if it is to be deleted for good. */
  readonly isAsked: boolean
  readonly onAsk: (isAsked: boolean) => void
  readonly onPutBack: () => void
  readonly onRemove: () => void
}) {
  const { item, isAsked, onAsk, onPutBack, onRemove } = props
  const isOwner = useMay('owner')
  const name = nameOf(item.path)
  const folder = parentOf(item.path)
  const isFolder = item.type === 'folder'
  return (
    <li>
      <span className="line-what">
        <strong>{isFolder ? `${name}/` : name}</strong>
        <small>
          {folder === '' ? t('files.projectFolder') : folder} · <Time iso={item.at} />
        </small>
      </span>
      {isAsked ? (
        <span className="line-acts">
          <span>{t('trash.sure')}</span>
          <button type="button" className="button button-small button-danger" onClick={onRemove}>
            {t('trash.remove')}
          </button>
          <button type="button" className="button button-small" onClick={() => onAsk(false)}>
            {t('comments.cancel')}
          </button>
        </span>
      ) : (
        <span className="line-acts">
          <button
            type="button"
            className="button button-small"
            aria-label={t('trash.putBackName', { name })}
            onClick={onPutBack}
          >
            {t('trash.putBack')}
          </button>
          {isOwner && (
            <button
              type="button"
              className="button button-small"
              aria-label={t('trash.removeName', { name })}
              onClick={() => onAsk(true)}
            >
              {t('trash.remove')}
            </button>
          )}
        </span>
      )}
    </li>
  )
}
