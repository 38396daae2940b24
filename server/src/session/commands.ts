/** A client's command, performed on its session. Invariant: the answer says what happened, and comes when it has. */
import { type Kernel, RequestTimeoutError } from '@yesterday/kernel-bridge'
import { inBackground } from '@yesterday/kernel-bridge/background'
import { z } from 'zod'
import { cellId, cellsOf, cellType } from '../../contract/document.ts'
import type { Actor, Command, Event } from '../../contract/session.ts'
import { whyTooDeep } from '../document/not-shown.ts'
import { codePointOffset, replyInUtf16 } from './offsets.ts'
import type { Visit } from './sessions.ts'
import { askValue, askVariable, askVariables } from './variables.ts'

type Of<T extends Command['type']> = Extract<Command, { type: T }>

/** A completion that takes longer is of no use to the person who types, ms. */
const REQUEST_TIMEOUT_MS = 10_000
/** Edits that take longer to become durable are not waited for, ms. */
const EDITS_WAIT_MS = 10_000
const Json = z.record(z.string(), z.json())
/** Commands that make code run. */
const starting: ReadonlySet<Command['type']> = new Set(['run', 'restart', 'start', 'input', 'comm'])

/** Performs the command. One that waits is refused if `isRevoked` says so when its turn comes. */
export async function perform(
  visit: Visit,
  command: Command,
  actor: Actor,
  isRevoked: () => boolean = () => false,
): Promise<Event> {
  const { session, document, refusal, whyNoKernel } = visit
  const { id } = command
  if (refusal !== null && starting.has(command.type)) return answer(id, refusal)
  if (needsChoice(command)) {
    const missing = await whyNoKernel()
    if (missing !== null) return answer(id, missing)
  }
  switch (command.type) {
    case 'run':
      return answer(
        id,
        (await late(document, command, isRevoked)) ?? (await session.run(command.cells, actor)),
      )
    case 'cancel':
      return answer(id, session.cancel(command.runs ?? null, actor))
    case 'interrupt':
      return answer(id, session.interrupt())
    case 'restart':
      return answer(
        id,
        (await late(document, command, isRevoked)) ??
          (await session.restart(command.spec ?? null, command.run ?? [], actor)),
      )
    case 'start':
      return answer(id, session.start(command.spec ?? null, actor))
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
    case 'variables':
      return askForVariables(session.kernel, id, (kernel) => askVariables(kernel, command))
    case 'variable':
      return askForVariables(session.kernel, id, (kernel) => askVariable(kernel, command.name))
    case 'value':
    case 'computeValue':
      return askForVariables(session.kernel, id, (kernel) => askValue(kernel, command.of))
    case 'comm':
      return answer(id, sendComm(visit, command, actor))
    case 'widgets':
      await session.widgets.known(command.models)
      return widgetsReply(session, command)
  }
}

/** True for a command that starts a kernel without naming one. */
const needsChoice = (command: Command): boolean =>
  command.type === 'run' ||
  ((command.type === 'start' || command.type === 'restart') && command.spec === undefined)

/** The widgets as they are when this is called. */
export const widgetsReply = (session: Visit['session'], { id, models, names }: Of<'widgets'>): Event => ({
  type: 'reply',
  id,
  content: session.widgets.read(models, names),
})

/** Why the command cannot follow the edits that were made before it; null when the document has them. */
async function late(
  document: Visit['document'],
  { after }: Of<'run'> | Of<'restart'>,
  isRevoked: () => boolean,
): Promise<string | null> {
  if (after === undefined) return null
  const { connection, sent } = after
  const arrived = await document.arrivals.until(connection, sent, EDITS_WAIT_MS)
  if (isRevoked()) return 'Your access was revoked.'
  if (arrived) return null
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
  return unlessLate(id, async () => {
    const reply = await kernel.request('shell', msgType, content, options)
    const why = whyTooDeep(reply)
    if (why !== null) return answer(id, `The kernel's answer cannot be read: it ${why}.`)
    return { type: 'reply', id, content: replyInUtf16(code, reply) }
  })
}

async function unlessLate(id: string, work: () => Promise<Event>): Promise<Event> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof RequestTimeoutError)
      return { type: 'refused', id, reason: 'The kernel is busy and did not answer.', code: 'kernelLate' }
    throw error
  }
}

async function askForVariables(
  kernel: Kernel | null,
  id: string,
  ask: (kernel: Kernel) => Promise<Readonly<Record<string, unknown>>>,
): Promise<Event> {
  if (kernel === null) return answer(id, noKernel)
  return unlessLate(id, async () => ({ type: 'reply', id, content: await ask(kernel) }))
}

/** The kernel's agent records with what a run reads who set it. */
function sendComm({ session }: Visit, command: Of<'comm'>, actor: Actor): string | null {
  const { msgType, content, metadata = {}, buffers = [], cell = null, ack = null } = command
  const why = whyTooDeep([content, metadata])
  if (why !== null) return `The message was not sent to the kernel: it ${why}.`
  const sent = session.comm(
    {
      msgType,
      content: Json.parse(content),
      metadata: Json.parse({ ...metadata, yesterday: { by: actor.name } }),
      buffers: buffers.map((buffer) => Buffer.from(buffer, 'base64')),
    },
    { cell, ack },
  )
  if (typeof sent === 'string') return sent
  const acknowledge = async (name: string): Promise<void> => {
    await sent
    session.events.emit('event', { type: 'commHandled', ack: name })
  }
  if (ack !== null) inBackground(acknowledge(ack), 'waiting for a widget message to be handled')
  return null
}
