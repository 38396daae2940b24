/**
 * The state of the page's edits and of the queue, in words. Invariant: "saving" and "saved" come with each key and are
 * for the eye; a screen reader announces lasting states, once.
 */
import { historyState } from '../api/history-state.ts'
import { type RoomStatus, roomStatus, unlessLost } from '../room/room-state.ts'
import { useWatched } from '../state/use-watched.ts'
import { t } from '../text/text.ts'
import type { Notebook } from './notebook.ts'

const routine: ReadonlySet<RoomStatus> = new Set(['live', 'saving', 'saved'])

export function PageStates({ notebook }: { readonly notebook: Notebook }) {
  const history = useWatched(historyState, ({ kind }) => kind)
  const said = useWatched(notebook.room.facts, roomStatus)
  const room = unlessLost(said, history)
  const waiting = useWatched(notebook.shownSession, (view) => view.queue.length)
  const words = t(`room.${room}`)
  return (
    <>
      <span className="notebook-states page-states" data-trouble={routine.has(room) ? undefined : room}>
        <span className="room-state" data-room={room} title={words} aria-hidden={!routine.has(room)}>
          {words}
        </span>
        {waiting > 0 && <span>{t('notebook.queue', { n: waiting })}</span>}
      </span>
      <span className="visually-hidden" role="status">
        {routine.has(room) ? '' : words}
      </span>
    </>
  )
}
