/**
 * What Ctrl-S does. Each edit is saved as it comes, so it makes a checkpoint of the notebook as it is now; none where
 * nothing has changed since the last one that was made so.
 */
import * as Y from 'yjs'
import { historyState } from '../api/history-state.ts'
import { makeCheckpoint } from '../panels/past/make-checkpoint.ts'
import { roomStatus, unlessLost } from '../room/room-state.ts'
import { locale } from '../text/locale.ts'
import { t } from '../text/text.ts'
import { notify } from '../ui/notices.ts'
import { exactTime } from '../ui/time.ts'
import type { Notebook } from './notebook.ts'

/** The state of each notebook's document when its last checkpoint was made here. */
const made = new WeakMap<Notebook, string>()

export async function save(notebook: Notebook): Promise<void> {
  await notebook.room.settled()
  const status = unlessLost(roomStatus(notebook.room.facts.get()), historyState.get().kind)
  if (status !== 'live' && status !== 'saved') return notify('info', t(`room.${status}`))
  const state = Y.encodeStateVector(notebook.doc).toString()
  if (!notebook.opened.writable || made.get(notebook) === state) return notify('info', t('room.saved'))
  const name = t('checkpoint.savedAt', { time: exactTime(new Date().toISOString(), locale) })
  const checkpoint = await makeCheckpoint(notebook.path.get(), name)
  if (!checkpoint.ok) return notify('error', checkpoint.problem.message, checkpoint.problem.hint)
  made.set(notebook, state)
  notify('info', t('checkpoint.saved', { name }))
}
