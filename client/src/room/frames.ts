/** The room's frames as bytes, written and read in one place each (contract/sync.ts). A frame that cannot be read throws. */
import { frame } from '@yesterday/server/contract/sync.ts'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { type Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness'
import {
  messageYjsSyncStep1,
  messageYjsSyncStep2,
  readSyncMessage,
  writeSyncStep1,
  writeUpdate,
} from 'y-protocols/sync'
import type * as Y from 'yjs'

type Bytes = Uint8Array<ArrayBuffer>

/** "This is what I have; send the rest." */
export const stepOne = (doc: Y.Doc): Bytes => write(frame.sync, (encoder) => writeSyncStep1(encoder, doc))

/** One update of the document. */
export const update = (bytes: Uint8Array): Bytes =>
  write(frame.sync, (encoder) => writeUpdate(encoder, bytes))

/** The presence of these clients. */
export const presence = (awareness: Awareness, clients: number[]): Bytes =>
  write(frame.awareness, (encoder) =>
    encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(awareness, clients)),
  )

/** What a frame from the server meant once it was applied. */
export type Received =
  | { readonly type: 'asked'; readonly answer: Bytes }
  | { readonly type: 'synced' }
  | { readonly type: 'acknowledged'; readonly count: number }
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'queryAwareness' }
  | { readonly type: 'nothing' }

/** Applies a frame to the document or presence with `origin`, and says what it was. */
export function receive(data: ArrayBuffer, doc: Y.Doc, awareness: Awareness, origin: object): Received {
  const decoder = decoding.createDecoder(new Uint8Array(data))
  const type = decoding.readVarUint(decoder)
  if (type === frame.sync) return receiveSync(decoder, doc, origin)
  if (type === frame.acknowledged) return { type: 'acknowledged', count: decoding.readVarUint(decoder) }
  if (type === frame.queryAwareness) return { type: 'queryAwareness' }
  if (type === frame.refused) {
    decoding.readVarUint(decoder)
    return { type: 'refused', reason: decoding.readVarString(decoder) }
  }
  if (type === frame.awareness) applyAwarenessUpdate(awareness, decoding.readVarUint8Array(decoder), origin)
  return { type: 'nothing' }
}

function receiveSync(decoder: decoding.Decoder, doc: Y.Doc, origin: object): Received {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, frame.sync)
  const kind = readSyncMessage(decoder, encoder, doc, origin)
  if (kind === messageYjsSyncStep1) return { type: 'asked', answer: bytesOf(encoder) }
  return { type: kind === messageYjsSyncStep2 ? 'synced' : 'nothing' }
}

function write(type: number, payload: (encoder: encoding.Encoder) => void): Bytes {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, type)
  payload(encoder)
  return bytesOf(encoder)
}

// Sockets take bytes that own their buffer; lib0 types them loosely.
const bytesOf = (encoder: encoding.Encoder): Bytes => new Uint8Array(encoding.toUint8Array(encoder))
