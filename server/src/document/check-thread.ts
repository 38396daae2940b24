/** A thread that tries the edits of several notebooks. It answers in the order in which it is asked. */
import { parentPort } from 'node:worker_threads'
import { Scratch, type Tried } from './scratch.ts'
import { splitUpdate } from './split-update.ts'

/** What the thread is asked. `start` makes a notebook known to it. */
export type Question =
  | { readonly type: 'start'; readonly notebook: number; readonly pieces: readonly Uint8Array[] }
  | { readonly type: 'try'; readonly notebook: number; readonly update: Uint8Array; readonly author: string }
  | { readonly type: 'since'; readonly notebook: number; readonly stateVector: Uint8Array }
  | { readonly type: 'split'; readonly updates: readonly Uint8Array[] }

/** A message to the thread that has no answer. */
export type Order = { readonly notebook: number } & (
  | { readonly type: 'add'; readonly update: Uint8Array }
  | { readonly type: 'stop' }
)

export type CheckAnswer =
  | { readonly type: 'started' }
  | { readonly type: 'tried'; readonly tried: Tried }
  | { readonly type: 'state'; readonly update: Uint8Array<ArrayBuffer> }
  | { readonly type: 'pieces'; readonly pieces: readonly Uint8Array[] }

const port = parentPort
if (port === null) throw new Error('the checker runs as a thread')

const notebooks = new Map<number, Scratch>()
let isPreparing = false

/** Works on the next copies while nothing is asked, in small steps. */
function prepare(): void {
  isPreparing = [...notebooks.values()].some((scratch) => scratch.prepare())
  if (isPreparing) setImmediate(prepare)
}

function perform(message: Question | Order): void {
  if (message.type === 'start') {
    notebooks.set(message.notebook, new Scratch(message.pieces))
    answer({ type: 'started' })
    return
  }
  if (message.type === 'split') {
    answer({ type: 'pieces', pieces: message.updates.flatMap((update) => splitUpdate(update)) })
    return
  }
  const scratch = notebooks.get(message.notebook)
  if (scratch === undefined) throw new Error(`notebook ${message.notebook} was not started`)
  switch (message.type) {
    case 'add':
      scratch.add(message.update)
      return
    case 'stop':
      notebooks.delete(message.notebook)
      scratch.destroy()
      return
    case 'try':
      answer({ type: 'tried', tried: scratch.try(message.update, message.author) })
      return
    case 'since': {
      const update = new Uint8Array(scratch.since(message.stateVector))
      answer({ type: 'state', update }, [update.buffer])
    }
  }
}

function answer(message: CheckAnswer, transfer: readonly ArrayBuffer[] = []): void {
  port?.postMessage(message, [...transfer])
}

port.on('message', (message: Question | Order) => {
  perform(message)
  if (isPreparing) return
  isPreparing = true
  setImmediate(prepare)
})
