/**
 * The session socket as the page uses it: the view of the session to watch, things that happen to listen to, and a
 * promise per command. Invariant: each command's promise settles: by the server's answer, or as refused when the
 * socket falls; a page that has just opened may be quicker than its socket, so what it asks waits for the first one.
 */

import type { CellEdit } from '@yesterday/server/contract/edits.ts'
import { type Command, Event, type SessionView } from '@yesterday/server/contract/session.ts'
import type { StaleCell } from '@yesterday/server/contract/stale.ts'
import { close } from '@yesterday/server/contract/sync.ts'
import { setHistoryState } from '../api/history-state.ts'
import { Link, type LinkEffects } from '../room/link.ts'
import { loadSettings } from '../settings/settings-store.ts'
import { type Observable, Signal, Watched } from '../state/observable.ts'

type DistributiveOmit<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never
/** A command as callers give it; the socket adds the id. */
export type CommandRequest = DistributiveOmit<Command, 'id'>
/** The server's answer. `content` is the kernel's reply where the command has one. */
export type Answer =
  | { readonly ok: true; readonly content: Readonly<Record<string, unknown>> | null }
  | { readonly ok: false; readonly reason: string; readonly code?: 'kernelLate' | undefined }

/** A run that came to its durable end. */
export type Recorded = Extract<Event, { type: 'recorded' }>
/** Something for people to read. */
export type Notice = Extract<Event, { type: 'notice' }>
/** A comm message of the kernel. */
export type CommMessage = Extract<Event, { type: 'comm' }>

/** Comment threads that changed. */
export type CommentsChanged = Omit<Extract<Event, { type: 'comments' }>, 'type'>

/** The kernel has handled a comm message of a client. */
export type CommHandled = Extract<Event, { type: 'commHandled' }>

/** Stale cells by their ids. */
export type StaleCells = ReadonlyMap<string, StaleCell>

/** Before the server has spoken. */
export const noSession: SessionView = {
  session: null,
  kernel: { state: 'none', spec: null, displayName: null, language: null, problem: null, recording: false },
  running: null,
  queue: [],
  prompt: null,
  interruptIgnored: false,
  silent: false,
  unreachable: null,
}

export class SessionSocket {
  readonly recorded = new Signal<Recorded>()
  readonly notices = new Signal<Notice>()
  /** The server closed a connection for what this page sent; it connects again. */
  readonly sentTooMuch = new Signal<void>()
  readonly comms = new Signal<CommMessage>()
  readonly commsHandled = new Signal<CommHandled>()
  readonly comments = new Signal<CommentsChanged>()
  readonly edited = new Signal<readonly CellEdit[]>()
  readonly commentsRead = new Signal<Extract<Event, { type: 'commentsRead' }>>()
  readonly #view = new Watched<SessionView>(noSession)
  readonly #stale = new Watched<StaleCells>(new Map())
  readonly #ownOutputs = new Watched<ReadonlySet<string> | null>(null)
  readonly #connected = new Watched(false)
  readonly #waiting = new Map<string, (answer: Answer) => void>()
  readonly #link: Link
  #next = 0
  /** What was asked before the first socket was open; null from then on. */
  #unsent: string[] | null = []

  /** `url` is the whole address of the socket. */
  constructor(url: string, effects?: LinkEffects) {
    this.#link = new Link(
      {
        url: () => url,
        onOpen: () => this.#opened(),
        onMessage: (data) => this.#received(data),
        onClose: (code) => {
          if (code === close.tooMuch) this.sentTooMuch.emit()
          return this.#closed()
        },
      },
      effects,
    )
  }

  get view(): Observable<SessionView> {
    return this.#view
  }

  /** The cells that are not fresh, by id. */
  get stale(): Observable<StaleCells> {
    return this.#stale
  }

  /** Ids of outputs that were produced here; null until the server has sent the list. */
  get ownOutputs(): Observable<ReadonlySet<string> | null> {
    return this.#ownOutputs
  }

  get connected(): Observable<boolean> {
    return this.#connected
  }

  /** Sends a command and waits for its answer. */
  send(request: CommandRequest): Promise<Answer> {
    const id = `c${this.#next++}`
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve)
      const text = JSON.stringify({ ...request, id })
      if (this.#unsent !== null) this.#unsent.push(text)
      else if (!this.#link.send(text)) this.#settle(id, lost)
    })
  }

  close(): void {
    this.#link.close()
    this.#closed()
  }

  #received(data: unknown): void {
    const event = readEvent(data)
    if (event === null) return
    switch (event.type) {
      case 'session':
        this.#view.set(event.view)
        break
      case 'stale':
        this.#stale.set(new Map(event.cells.map((cell) => [cell.cell, cell])))
        break
      case 'ownOutputs':
        this.#addOwn(event)
        break
      case 'recorded':
        this.recorded.emit(event)
        break
      case 'history':
        setHistoryState(event.state)
        break
      case 'settings':
        void loadSettings()
        break
      case 'notice':
        this.notices.emit(event)
        break
      case 'edited':
        this.edited.emit(event.edits)
        break
      case 'comments':
        this.comments.emit(event)
        break
      case 'commentsRead':
        this.commentsRead.emit(event)
        break
      case 'comm':
        this.comms.emit(event)
        break
      case 'commHandled':
        this.commsHandled.emit(event)
        break
      case 'accepted':
        this.#settle(event.id, { ok: true, content: null })
        break
      case 'reply':
        this.#settle(event.id, { ok: true, content: event.content })
        break
      case 'refused':
        this.#settle(event.id, { ok: false, reason: event.reason, code: event.code })
        break
    }
  }

  // Additions before the whole list are part of it.
  #addOwn({ outputs, whole }: Extract<Event, { type: 'ownOutputs' }>): void {
    const known = this.#ownOutputs.get()
    if (whole) this.#ownOutputs.set(new Set(outputs))
    else if (known !== null) this.#ownOutputs.set(new Set([...known, ...outputs]))
  }

  #settle(id: string, answer: Answer): void {
    this.#waiting.get(id)?.(answer)
    this.#waiting.delete(id)
  }

  #opened(): void {
    const unsent = this.#unsent ?? []
    this.#unsent = null
    for (const text of unsent) this.#link.send(text)
    this.#connected.set(true)
  }

  #closed(): boolean {
    this.#unsent = null
    this.#connected.set(false)
    for (const id of [...this.#waiting.keys()]) this.#settle(id, lost)
    return true
  }
}

/** The reason given when no server was there to answer: the page has its own words for it. */
export const LOST = 'connection lost'
const lost: Answer = { ok: false, reason: LOST }

// A newer server may send events that this page does not know; they are not for it.
function readEvent(data: unknown): Event | null {
  if (typeof data !== 'string') return null
  const parsed = Event.safeParse(JSON.parse(data))
  if (!parsed.success) console.error('unreadable event of the session', parsed.error.message)
  return parsed.success ? parsed.data : null
}
