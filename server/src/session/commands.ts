/** A client's command, performed on its session. Invariant: the answer says what happened, and comes when it has. */
import { type Kernel, RequestTimeoutError } from '@yesterday/kernel-bridge'
import { z } from 'zod'
import { cellId, cellsOf, cellType } from '../../contract/document.ts'
import type { Actor, Command, Event } from '../../contract/session.ts'
import { codePointOffset, replyInUtf16 } from './offsets.ts'
import type { Visit } from './sessions.ts'

type Of<T extends Command['type']> = Extract<Command, { type: T }>

/** A completion that takes longer is of no use to the person who types, ms. */
const REQUEST_TIMEOUT_MS = 10_000
/** Edits that take longer to become durable are not waited for, ms. */
const EDITS_WAIT_MS = 10_000
const Json = z.record(z.string(), z.json())

export async function perform({ session, document }: Visit, command: Command, actor: Actor): Promise<Event> {
  const { id } = command
  switch (command.type) {
    case 'run':
      return answer(id, (await late(document, command)) ?? (await session.run(command.cells, actor)))
    case 'cancel':
      return answer(id, session.cancel(command.runs ?? null, actor))
    case 'interrupt':
      return answer(id, session.interrupt())
    case 'restart':
      return answer(
        id,
        (await late(document, command)) ??
          (await session.restart(command.spec ?? null, command.run ?? [], actor)),
      )
    case 'start':
      return answer(id, session.start(command.spec ?? null))
    case 'shutdown':
      return answer(id, session.shutdown(actor))
    case 'input':
      return answer(id, session.input(command.run, command.value))
    case 'clear':
      await session.clear(command.cells ?? codeCells(document))
      return answer(id, null)
    case 'complete':
      return ask(session.kernel, command, 'complete_request', {})
    case 'inspect':
      return ask(session.kernel, command, 'inspect_request', { detail_level: command.detail })
    case 'comm':
      return answer(id, sendComm(session.kernel, command))
  }
}

/** Why the command cannot follow the edits that were made before it; null when the document has them. */
async function late(
  document: Visit['document'],
  { after }: Of<'run'> | Of<'restart'>,
): Promise<string | null> {
  if (after === undefined) return null
  const { connection, sent } = after
  if (await document.arrivals.until(connection, sent, EDITS_WAIT_MS)) return null
  return 'Your last edits are not saved yet, so nothing was run. Run again when the page says that they are.'
}

function answer(id: string, refusal: string | null): Event {
  return refusal === null ? { type: 'accepted', id } : { type: 'refused', id, reason: refusal }
}

const codeCells = ({ doc }: Visit['document']): string[] =>
  cellsOf(doc)
    .toArray()
    .filter((cell) => cellType(cell) === 'code')
    .map(cellId)

const noKernel = 'No kernel is running; run a cell or start one.'

async function ask(
  kernel: Kernel | null,
  { id, code, cursor }: Of<'complete'> | Of<'inspect'>,
  msgType: string,
  more: { readonly detail_level?: number },
): Promise<Event> {
  if (kernel === null) return answer(id, noKernel)
  const content = { code, cursor_pos: codePointOffset(code, cursor), ...more }
  const options = { whileBusy: true, timeoutMs: REQUEST_TIMEOUT_MS }
  try {
    const reply = await kernel.request('shell', msgType, content, options)
    return { type: 'reply', id, content: replyInUtf16(code, reply) }
  } catch (error) {
    if (error instanceof RequestTimeoutError) return answer(id, 'The kernel is busy and did not answer.')
    throw error
  }
}

function sendComm(kernel: Kernel | null, command: Of<'comm'>): string | null {
  if (kernel === null) return noKernel
  const { msgType, content, metadata = {}, buffers = [] } = command
  kernel.send({
    channel: 'shell',
    msgType,
    content: Json.parse(content),
    metadata: Json.parse(metadata),
    buffers: buffers.map((buffer) => Buffer.from(buffer, 'base64')),
  })
  return null
}
