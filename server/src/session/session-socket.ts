/**
 * One client's session socket: JSON text frames by contract/session.ts. Invariant: every command is answered once;
 * one that cannot be read or is not allowed changes nothing.
 */
import type { WebSocket } from 'ws'
import { z } from 'zod'
import { type Actor, Command, type Event } from '../../contract/session.ts'
import { close } from '../../contract/sync.ts'
import { perform } from './commands.ts'
import type { Sessions, Visit } from './sessions.ts'

export interface SessionCall {
  readonly documentId: string
  readonly person: { readonly id: string; readonly name: string; readonly color: string }
  readonly mayWrite: boolean
}

/** At most one view in this time, ms: a long queue changes often and is sent whole. */
const VIEW_PAUSE_MS = 25
/** A client that does not answer a ping until the next one is gone, ms. */
const PING_MS = 20_000
/** What may wait to be sent before views are held back, bytes: a slow client gets the last one only. */
const BACKLOG = 1024 * 1024
/** Commands that leave everything as it is. */
const reading: ReadonlySet<Command['type']> = new Set(['complete', 'inspect'])
const LOST =
  'What ran here before the server stopped could not be taken up again. Its runs that had ended are in the history; the log of the server says what went wrong.'
const Named = z.object({ id: z.string().max(64) })

/** Takes the sockets of all sessions. */
export function takeSessionSocket(sessions: Sessions): (socket: WebSocket, call: SessionCall) => void {
  return (socket, call) => {
    socket.on('error', () => socket.terminate())
    socket.pause()
    void sessions.visit(call.documentId).then(
      (visit) => welcome(socket, visit, call),
      () => socket.close(1011, 'The notebook could not be opened.'),
    )
  }
}

function welcome(socket: WebSocket, visit: Visit | null, { person, mayWrite }: SessionCall): void {
  if (visit === null) {
    socket.resume()
    socket.close(close.gone, 'This notebook is not here any more.')
    return
  }
  if (socket.readyState !== socket.OPEN) {
    visit.leave()
    return
  }
  const actor = { id: person.id, name: person.name }
  const client = new Client(socket, visit, actor, mayWrite)
  socket.once('close', () => client.end())
  socket.resume()
}

class Client {
  readonly #socket: WebSocket
  readonly #visit: Visit
  readonly #actor: Actor
  readonly #mayWrite: boolean
  readonly #onEvent = (event: Event): void => this.#send(event)
  readonly #onChanged = (): void => this.#schedule()
  readonly #stopGone: () => void
  #timer: ReturnType<typeof setTimeout> | null = null
  readonly #pings: ReturnType<typeof setInterval>
  #lastView = Number.NEGATIVE_INFINITY
  #isThere = true

  constructor(socket: WebSocket, visit: Visit, actor: Actor, mayWrite: boolean) {
    this.#socket = socket
    this.#visit = visit
    this.#actor = actor
    this.#mayWrite = mayWrite
    visit.session.events.on('event', this.#onEvent)
    visit.session.events.on('changed', this.#onChanged)
    this.#stopGone = visit.document.onGone(() => socket.close(close.gone, 'The notebook was deleted.'))
    socket.on('message', (data, isBinary) => void this.#received(isBinary ? '' : String(data)))
    socket.on('pong', () => {
      this.#isThere = true
    })
    this.#pings = setInterval(() => this.#ping(), PING_MS)
    this.#sendView()
    if (visit.stale.told !== null) this.#send(visit.stale.told)
    if (visit.isLost) this.#send({ type: 'notice', level: 'warning', text: LOST })
  }

  end(): void {
    clearInterval(this.#pings)
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#visit.session.events.off('event', this.#onEvent)
    this.#visit.session.events.off('changed', this.#onChanged)
    this.#stopGone()
    this.#visit.leave()
  }

  async #received(text: string): Promise<void> {
    const json = parseJson(text)
    const read = Command.safeParse(json)
    const id = Named.safeParse(json).data?.id ?? ''
    if (!read.success) {
      this.#send({
        type: 'refused',
        id,
        reason: `This command cannot be read: ${z.prettifyError(read.error)}`,
      })
      return
    }
    const answer = await this.#answer(read.data)
    this.#send(answer)
  }

  async #answer(command: Command): Promise<Event> {
    const { id } = command
    if (!this.#mayWrite && !reading.has(command.type))
      return { type: 'refused', id, reason: 'You may read this notebook and not run it.' }
    try {
      return await perform(this.#visit, command, this.#actor)
    } catch (error) {
      return { type: 'refused', id, reason: error instanceof Error ? error.message : String(error) }
    }
  }

  #ping(): void {
    if (!this.#isThere) this.#socket.terminate()
    this.#isThere = false
    this.#socket.ping()
  }

  #schedule(): void {
    if (this.#timer !== null) return
    // Not before what led to the change is on its way: the log, the kernel.
    const wait = Math.max(1, this.#lastView + VIEW_PAUSE_MS - performance.now())
    this.#timer = setTimeout(() => this.#sendView(), wait)
  }

  #sendView(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#lastView = performance.now()
    if (this.#socket.bufferedAmount > BACKLOG) this.#schedule()
    else this.#send({ type: 'session', view: this.#visit.session.view() })
  }

  #send(event: Event): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(event))
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
