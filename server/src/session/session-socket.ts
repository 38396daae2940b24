/**
 * One client's session socket: JSON text frames by contract/session.ts. Invariant: every command is answered once;
 * one that cannot be read or is not allowed changes nothing; a client that reads or writes too much is disconnected.
 */

import { attempt, inBackground, logFault } from '@yesterday/kernel-bridge/background'
import { log } from '@yesterday/kernel-bridge/log'
import type { WebSocket } from 'ws'
import { z } from 'zod'
import { COMMAND_ROLES } from '../../contract/message-roles.ts'
import { type NoticeWords, noticeWords } from '../../contract/notices.ts'
import type { Role } from '../../contract/route.ts'
import { type Actor, Command, type Event } from '../../contract/session.ts'
import { close } from '../../contract/sync.ts'
import { endSocket, isEnded } from '../connection/end-socket.ts'
import { Outbox } from '../connection/outbox.ts'
import { Quota } from '../connection/quota.ts'
import { StoreError } from '../store/errors.ts'
import { perform, widgetsReply } from './commands.ts'
import type { Sessions, Visit } from './sessions.ts'

export interface SessionCall {
  readonly documentId: string
  readonly person: { readonly id: string; readonly name: string; readonly color: string }
  /** Whether the person may, at this moment, send what requires `required`. */
  readonly may: (required: Role) => boolean
}

/** At most one view in this time, ms: a long queue changes often and is sent whole. */
const VIEW_PAUSE_MS = 25
/** A client that does not answer a ping until the next one is gone, ms. */
const PING_MS = 20_000
/** Longest command, in UTF-16 units. */
const MAX_COMMAND = 8 * 1024 * 1024
/** What a client may send: commands, and UTF-16 units of them. */
const COMMANDS = { burst: 4000, perSecond: 200 }
const VOLUME = { burst: 64 * 1024 * 1024, perSecond: 1024 * 1024 }
/** Commands that may be performed at once; further ones are not read until some are answered. */
const MAX_PENDING = 100
const TOO_LONG = `This command is too long: up to ${MAX_COMMAND / 1024 ** 2} MB can be sent.`
const Named = z.object({ id: z.string().max(64) })

/** RFC 6455: the server could not do what the client expects. */
const FAILED = 1011
const NOT_OPENED = 'The notebook could not be opened.'
const DAMAGED = 'The history of this project is damaged.'
const isDamage = (error: unknown): boolean => error instanceof StoreError && error.code === 'damaged'

/** People by document who were disconnected because they read too slowly, and have no notice yet. */
type Slow = Set<string>
const slowKey = ({ documentId, person }: SessionCall): string => `${documentId} ${person.id}`

const tooLow = (required: Role): string =>
  `Your role here does not allow this: it needs the role ${required}. Ask an owner for it.`

interface ClientEffects {
  readonly onSlow: () => void
  readonly onPerformed: (command: Command) => void
}

/** Gets each command that was accepted, and who sent it for which notebook, by its path. */
export type OnPerformed = (command: Command, person: Actor, notebook: string) => void

/** Takes the sockets of all sessions. */
export function takeSessionSocket(
  sessions: Sessions,
  onPerformed: OnPerformed = () => undefined,
): (socket: WebSocket, call: SessionCall) => void {
  const slow: Slow = new Set()
  return (socket, call) => {
    socket.on('error', () => socket.terminate())
    socket.pause()
    sessions.visit(call.documentId).then(
      (visit) => welcome(socket, visit, call, slow, onPerformed),
      (error: unknown) => {
        logFault('opening a notebook for a session socket', error)
        endSocket(socket, FAILED, isDamage(error) ? `${NOT_OPENED} ${DAMAGED}` : NOT_OPENED)
      },
    )
  }
}

function welcome(
  socket: WebSocket,
  visit: Visit | null,
  call: SessionCall,
  slow: Slow,
  onPerformed: OnPerformed,
): void {
  if (visit === null) {
    endSocket(socket, close.gone, 'This notebook was deleted or moved.')
    return
  }
  if (socket.readyState !== socket.OPEN) {
    visit.leave()
    return
  }
  const client = new Client(socket, visit, call, {
    onSlow: () => slow.add(slowKey(call)),
    onPerformed: (command) => onPerformed(command, call.person, visit.document.path),
  })
  if (slow.delete(slowKey(call))) client.notify(noticeWords('notice.slowPage', {}))
  socket.once('close', () => client.end())
  socket.resume()
}

class Client {
  readonly #socket: WebSocket
  readonly #visit: Visit
  readonly #person: Actor
  readonly #may: SessionCall['may']
  readonly #onPerformed: (command: Command) => void
  readonly #onEvent = (event: Event): void => this.#send(event)
  readonly #onChanged = (): void => this.#schedule()
  readonly #stopGone: () => void
  readonly #outbox: Outbox
  readonly #commands = new Quota(COMMANDS)
  readonly #volume = new Quota(VOLUME)
  #pending = 0
  #widgetAnswers = 0
  #timer: ReturnType<typeof setTimeout> | null = null
  readonly #pings: ReturnType<typeof setInterval>
  #lastView = Number.NEGATIVE_INFINITY
  #isThere = true

  constructor(socket: WebSocket, visit: Visit, { person, may }: SessionCall, effects: ClientEffects) {
    const { onSlow, onPerformed } = effects
    this.#socket = socket
    this.#outbox = new Outbox(socket, () => {
      onSlow()
      socket.terminate()
    })
    this.#visit = visit
    this.#person = person
    this.#may = may
    this.#onPerformed = onPerformed
    visit.session.events.on('event', this.#onEvent)
    visit.session.events.on('changed', this.#onChanged)
    this.#stopGone = visit.document.onGone(() => endSocket(socket, close.gone, 'The notebook was deleted.'))
    socket.on('message', (data, isBinary) => {
      inBackground(this.#received(isBinary ? '' : String(data)), 'answering a session command')
    })
    socket.on('pong', () => {
      this.#isThere = true
    })
    this.#pings = setInterval(() => this.#ping(), PING_MS)
    this.#sendView()
    inBackground(this.#sendOwn(), 'sending which outputs were produced here')
    if (visit.stale.latest !== null) this.#send(visit.stale.latest)
    if (visit.lost !== null) this.notify(noticeWords('notice.notRecovered', { reason: visit.lost }))
    if (visit.history.kind !== 'sound') this.#send({ type: 'history', state: visit.history })
  }

  /** Sends the whole list once; additions follow as events. */
  async #sendOwn(): Promise<void> {
    const { own } = this.#visit.session
    await own.ready()
    this.#send(own.all)
  }

  /** Shows the person a warning. */
  notify(words: NoticeWords): void {
    this.#send({ type: 'notice', level: 'warning', ...words })
  }

  /** The person by the name that they have now. */
  #actor(): Actor {
    return { id: this.#person.id, name: this.#person.name }
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
    if (!this.#commands.take(1) || !this.#volume.take(text.length)) {
      endSocket(this.#socket, close.tooMuch, 'This page sends commands faster than the server takes them.')
      return
    }
    if (++this.#pending >= MAX_PENDING) this.#socket.pause()
    try {
      await this.#answerText(text)
    } finally {
      if (--this.#pending < MAX_PENDING) this.#socket.resume()
    }
  }

  async #answerText(text: string): Promise<void> {
    if (text.length > MAX_COMMAND) return this.#send({ type: 'refused', id: '', reason: TOO_LONG })
    const json = parseJson(text)
    const id = Named.safeParse(json).data?.id ?? ''
    try {
      const read = Command.safeParse(json)
      if (read.success) await this.#answerAllowed(read.data)
      else this.#refuse(id, `This command cannot be read: ${z.prettifyError(read.error)}`)
    } catch (error) {
      this.#send(failed(id, error))
    }
  }

  /** The one place that decides whether the sender of a command may send it. */
  async #answerAllowed(command: Command): Promise<void> {
    log.debug({ command: command.type, id: command.id, user: this.#person.id }, 'session command')
    const required = COMMAND_ROLES[command.type]
    if (!this.#may(required)) this.#refuse(command.id, tooLow(required))
    else if (command.type === 'widgets') await this.#answerWidgets(command)
    else await this.#answer(command)
  }

  /** States are large and change: they are read when they can be sent, and not before what was said of them. */
  async #answerWidgets(command: Extract<Command, { type: 'widgets' }>): Promise<void> {
    const { session } = this.#visit
    await session.widgets.known(command.models)
    this.#outbox.replace(`widgets ${this.#widgetAnswers++}`, () => {
      try {
        return eventText(widgetsReply(session, command))
      } catch (error) {
        return eventText(failed(command.id, error))
      }
    })
  }

  async #answer(command: Command): Promise<void> {
    const event = await perform(this.#visit, command, this.#actor(), () => isEnded(this.#socket))
    this.#send(event)
    if (event.type !== 'accepted') return
    attempt('noting a session command', () => this.#onPerformed(command))
  }

  #refuse(id: string, reason: string): void {
    this.#send({ type: 'refused', id, reason })
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
    this.#outbox.replace('view', () => eventText({ type: 'session', view: this.#visit.session.view() }))
  }

  #send(event: Event): void {
    if (event.type === 'commentsRead' && event.person !== this.#person.id) return
    if (event.type === 'stale') this.#outbox.replace('stale', () => eventText(event))
    else this.#outbox.send(eventText(event))
  }
}

const failed = (id: string, error: unknown): Event => ({
  type: 'refused',
  id,
  reason: error instanceof Error ? error.message : String(error),
})

/** Every client of a session gets the same event: it is encoded for the first one. */
const texts = new WeakMap<object, string>()
function eventText(event: Event): string {
  const subject = event.type === 'session' ? event.view : event
  const known = texts.get(subject)
  if (known !== undefined) return known
  const text = JSON.stringify(event)
  texts.set(subject, text)
  return text
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
