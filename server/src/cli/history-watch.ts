/** Says in the terminal what happens to the history while it is served, and offers there what can be done. */
import { inBackground } from '@yesterday/kernel-bridge/background'
import type { HistoryState } from '../../contract/history.ts'
import type { Store } from '../store/ports.ts'
import { askInTerminal } from './ask.ts'
import { thisUser } from './repair.ts'
import { counted } from './text.ts'

export interface HistoryWatch {
  readonly store: Pick<Store, 'health' | 'writeAgain'>
  readonly say: (line: string) => void
  readonly ask?: (question: string, signal: AbortSignal) => Promise<boolean>
}

/** Returns the end of it. */
export function watchHistory({ store, say, ask = askInTerminal }: HistoryWatch): () => void {
  let question = new AbortController()
  return store.health.onChange((state) => {
    question.abort()
    question = new AbortController()
    say(wordsOf(state))
    if (state.kind === 'gone')
      inBackground(offer(store, say, ask, question.signal), 'writing the history again')
  })
}

async function offer(
  store: HistoryWatch['store'],
  say: HistoryWatch['say'],
  ask: NonNullable<HistoryWatch['ask']>,
  signal: AbortSignal,
): Promise<void> {
  if (!(await ask('Write the history again from what is open? [y/N] ', signal))) return
  const { lostObjects, aside } = await store.writeAgain(thisUser())
  for (const digest of lostObjects) say(`lost: object ${digest}`)
  const replaced = aside === null ? '' : ` What was in its place is in ${aside}.`
  say(`The history was written again; ${counted(lostObjects.length, 'object')} could not be.${replaced}`)
}

function wordsOf({ kind, message }: HistoryState): string {
  if (kind === 'sound') return 'The history is there again. Edits and runs are saved.'
  if (kind === 'gone')
    return `${message}.\nEdits and runs are not saved any more. They stay in the open pages, where the history can be written again.`
  return `${message}.\nEdits and runs are not saved any more. Leave the pages open, stop this server, and run "yesterday fsck --salvage".`
}
