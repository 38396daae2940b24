/**
 * pure. The two framings of a kernel's WebSocket
 * (https://jupyter-server.readthedocs.io/en/latest/developers/websocket-protocols.html). Invariant: a frame is read whole
 * or refused whole, and its offsets lead nowhere outside of it.
 */
import { z } from 'zod'
import { ClientMessage, type Received, type Sent } from './message.ts'

/** The subprotocol of the binary framing. */
export const V1 = 'v1.kernel.websocket.jupyter.org'
export type Framing = typeof V1 | ''

/** A frame that is no message, and why. */
export interface RefusedFrame {
  readonly refused: string
}

/** Parts of one message: more buffers than any client sends. */
const MOST_PARTS = 1_000
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** A client's message, or why it is none. `isBinary` is the kind of the WebSocket frame. */
export function decodeFrame(framing: Framing, frame: Buffer, isBinary: boolean): Received | RefusedFrame {
  try {
    if (framing === V1) return isBinary ? decodeV1(frame) : { refused: `${V1} frames are binary` }
    return isBinary ? decodeBinary(frame) : parsed(JSON.parse(utf8.decode(frame)), [])
  } catch (error) {
    return { refused: error instanceof Error ? error.message : String(error) }
  }
}

/** The frame of a message. */
export const encodeFrame = (framing: Framing, sent: Sent): string | Uint8Array =>
  sent.frame(framing, framing === V1 ? encodeV1 : encodeDefault)

function parsed(json: unknown, buffers: readonly Uint8Array[]): Received | RefusedFrame {
  const read = ClientMessage.safeParse(json)
  if (!read.success) return { refused: z.prettifyError(read.error) }
  const { parent_header: parent, ...rest } = read.data
  return { ...rest, parent, buffers }
}

/** Little-endian uint64: count, offsets; then channel, header, parent header, metadata, content, buffers. */
function decodeV1(frame: Buffer): Received | RefusedFrame {
  const count = Number(frame.readBigUInt64LE(0))
  if (count < 6 || count > MOST_PARTS) return { refused: `${count} offsets` }
  const offsets = Array.from({ length: count }, (_, index) => Number(frame.readBigUInt64LE(8 * (index + 1))))
  const parts = slices(frame, offsets, 8 * (count + 1))
  if (parts === null) return { refused: 'the offsets leave the frame' }
  const [channel = '', ...texts] = parts.slice(0, 5).map((part) => utf8.decode(part))
  const [header, parent_header, metadata, content] = texts.map((text): unknown => JSON.parse(text))
  return parsed({ channel, header, parent_header, metadata, content }, parts.slice(5))
}

/** Big-endian uint32: count, offsets; then the message as JSON, and its buffers. */
function decodeBinary(frame: Buffer): Received | RefusedFrame {
  const count = frame.readUInt32BE(0)
  if (count < 1 || count > MOST_PARTS) return { refused: `${count} parts` }
  const offsets = Array.from({ length: count }, (_, index) => frame.readUInt32BE(4 * (index + 1)))
  const parts = slices(frame, [...offsets, frame.length], 4 * (count + 1))
  if (parts === null) return { refused: 'the offsets leave the frame' }
  const [json, ...buffers] = parts
  return parsed(JSON.parse(utf8.decode(json)), buffers)
}

/** What is between one offset and the next; null unless they rise from `start` to the frame's end or before it. */
function slices(frame: Buffer, offsets: readonly number[], start: number): Buffer[] | null {
  const bounds = [start, ...offsets, frame.length]
  const isRising = bounds.every((bound, index) => index === 0 || bound >= (bounds[index - 1] ?? 0))
  if (!isRising) return null
  return offsets.slice(0, -1).map((offset, index) => frame.subarray(offset, offsets[index + 1]))
}

function encodeV1({ message, parts }: Sent): Uint8Array {
  const pieces = [Buffer.from(message.channel), ...parts.map((part) => Buffer.from(part)), ...message.buffers]
  const head = Buffer.alloc(8 * (pieces.length + 2))
  head.writeBigUInt64LE(BigInt(pieces.length + 1), 0)
  let offset = head.length
  for (const [index, piece] of [...pieces, new Uint8Array()].entries()) {
    head.writeBigUInt64LE(BigInt(offset), 8 * (index + 1))
    offset += piece.byteLength
  }
  return Buffer.concat([head, ...pieces])
}

function encodeDefault(sent: Sent): string | Uint8Array {
  const { message } = sent
  if (message.buffers.length === 0) return jsonOf(sent, ',"buffers":[]')
  const pieces = [Buffer.from(jsonOf(sent, '')), ...message.buffers]
  const head = Buffer.alloc(4 * (pieces.length + 1))
  head.writeUInt32BE(pieces.length, 0)
  let offset = head.length
  for (const [index, piece] of pieces.entries()) {
    head.writeUInt32BE(offset, 4 * (index + 1))
    offset += piece.byteLength
  }
  return Buffer.concat([head, ...pieces])
}

/** `msg_id` and `msg_type` are there twice, as Jupyter Server writes them. */
function jsonOf({ message, parts }: Sent, more: string): string {
  const [header, parent, metadata, content] = parts
  const { msg_id, msg_type } = message.header
  const names = `"msg_id":${JSON.stringify(msg_id)},"msg_type":${JSON.stringify(msg_type)}`
  return `{"header":${header},${names},"parent_header":${parent},"metadata":${metadata},"content":${content},"channel":${JSON.stringify(message.channel)}${more}}`
}
