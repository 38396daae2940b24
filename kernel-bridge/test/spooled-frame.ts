/** A message as the agent spools it: see src/spool-frames.ts. */
import type { Outgoing } from '../src/wire.ts'

export function spooledFrame({ header, parent, metadata, content, buffers }: Outgoing): Buffer {
  const text = Buffer.from(JSON.stringify({ header, parent_header: parent, metadata, content }))
  const tail = buffers.flatMap((buffer) => [u32(buffer.length), buffer])
  const body = Buffer.concat([u32(text.length), text, u32(buffers.length), ...tail])
  return Buffer.concat([u32(body.length), body])
}

export function u32(value: number): Buffer {
  const four = Buffer.alloc(4)
  four.writeUInt32BE(value)
  return four
}
