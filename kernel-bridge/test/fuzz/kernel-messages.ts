/**
 * Frames as they come from a kernel's socket. Input: `+` or `-` (signed with the kernel's key or another), then header,
 * parent, metadata, content and buffers, each on its own line.
 */
import fc from 'fast-check'
import { outcomeOf } from '../../src/executions.ts'
import { signer } from '../../src/signature.ts'
import { outcomeOfMessages } from '../../src/spool.ts'
import { decode, isRefusal } from '../../src/wire.ts'

const KEY = 'a'.repeat(64)
const DELIMITER = Buffer.from('<IDS|MSG>')

const text = fc.oneof({ weight: 4, arbitrary: fc.string() }, { weight: 1, arbitrary: fc.jsonValue() })
const fields = {
  msg_id: text,
  msg_type: fc.constantFrom('stream', 'error', 'status', '__proto__'),
  session: text,
}
const header = fc.record(fields, { requiredKeys: ['msg_id', 'msg_type'] })
const object = fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true })
const reply = fc.record(
  {
    status: fc.oneof(fc.constantFrom('ok', 'error', 'aborted'), fc.jsonValue()),
    execution_count: fc.jsonValue(),
    payload: fc.jsonValue(),
    ename: fc.jsonValue(),
    traceback: fc.jsonValue(),
  },
  { requiredKeys: [] },
)
const inputs = fc
  .tuple(
    fc.constantFrom('+', '+', '-'),
    header,
    fc.oneof(header, object),
    fc.oneof(object, fc.jsonValue()),
    fc.oneof(reply, object),
  )
  .map(([sign, ...parts]) => Buffer.from([sign, ...parts.map((part) => JSON.stringify(part))].join('\n')))

export const target = {
  inputs,
  open: async () => {
    const [own, other] = [signer(KEY), signer('b'.repeat(64))]
    return {
      feed: async (input: Uint8Array) => {
        const [first = Buffer.alloc(0), ...lines] = split(input)
        const isOwn = first.toString() === '+'
        const parts = lines.slice(0, 4)
        const signature = Buffer.from((isOwn ? own : other).sign(parts))
        const read = decode([DELIMITER, signature, ...lines], 'iopub', own.check)
        if (isRefusal(read)) return 'refused' as const
        if (!isOwn) throw new Error('a message was believed that another key signed')
        outcomeOf(read.content)
        outcomeOfMessages([read])
        return 'accepted' as const
      },
      state: () => '',
      close: async () => undefined,
    }
  },
}

function split(input: Uint8Array): Buffer[] {
  const parts: Buffer[] = []
  let from = 0
  const bytes = Buffer.from(input)
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
    parts.push(bytes.subarray(from, at))
    from = at + 1
  }
  return [...parts, bytes.subarray(from)]
}
