/** pure. The frames that a room sends, as bytes (contract/sync.ts). */
import * as encoding from 'lib0/encoding'
import { messageYjsSyncStep1, messageYjsSyncStep2, messageYjsUpdate } from 'y-protocols/sync'
import { frame } from '../../contract/sync.ts'

/** Asks the client for what the server does not have. */
export const stepOneFrame = (stateVector: Uint8Array): Uint8Array => sync(messageYjsSyncStep1, stateVector)

/** Answers the client's step 1. */
export const stepTwoFrame = (update: Uint8Array): Uint8Array => sync(messageYjsSyncStep2, update)

export const updateFrame = (update: Uint8Array): Uint8Array => sync(messageYjsUpdate, update)

export function presenceFrame(update: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, frame.awareness)
  encoding.writeVarUint8Array(encoder, update)
  return encoding.toUint8Array(encoder)
}

/** The first `count` updates of the connection are durable. */
export function acknowledgedFrame(count: number): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, frame.acknowledged)
  encoding.writeVarUint(encoder, count)
  return encoding.toUint8Array(encoder)
}

/** The `count`-th update of the connection was refused. */
export function refusedFrame(count: number, reason: string): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, frame.refused)
  encoding.writeVarUint(encoder, count)
  encoding.writeVarString(encoder, reason)
  return encoding.toUint8Array(encoder)
}

function sync(message: number, payload: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, frame.sync)
  encoding.writeVarUint(encoder, message)
  encoding.writeVarUint8Array(encoder, payload)
  return encoding.toUint8Array(encoder)
}
