/**
 * What the gallery shows: components, each in its states. A fixture is one file in `fixtures/` and one line in
 * `fixtures.ts` (docs/extending/component.md). The gallery draws it in a browser; tests draw it in a DOM.
 */
import type { CellType } from '@yesterday/server/contract/document.ts'
import type { Event, SessionView } from '@yesterday/server/contract/session.ts'
import type { ReactNode } from 'react'
import type { Stage } from './stage.tsx'

/** A cell of the fixture's notebook. */
export interface FixtureCell {
  readonly id: string
  readonly type?: CellType
  readonly source?: string
  readonly outputs?: readonly Readonly<Record<string, unknown>>[]
  readonly count?: number
  readonly metadata?: Readonly<Record<string, unknown>>
}

/**
 * How the connection to the room goes: `away` never opens, `lost` opens and closes again, `silent` acknowledges nothing,
 * a number is the close code of the server.
 */
export type RoomMode = 'open' | 'away' | 'lost' | 'silent' | number

/** A person who is in the notebook, and the cell where they are. */
export interface FixturePerson {
  readonly name: string
  readonly color: string
  readonly cell?: string
}

/** The notebook that a state is drawn in. */
export interface NotebookFixture {
  readonly cells?: readonly FixtureCell[]
  readonly path?: string
  readonly writable?: boolean
  readonly room?: RoomMode
  readonly people?: readonly FixturePerson[]
  /** Values of the document's `meta` and `state`. */
  readonly meta?: Readonly<Record<string, unknown>>
  readonly state?: Readonly<Record<string, unknown>>
  /** What differs from a session with an idle kernel. */
  readonly session?: Partial<SessionView>
  /** Events of the session after the first. */
  readonly events?: readonly Event[]
  /** The cell that is active. */
  readonly active?: string
}

/** One state of a component. */
export interface State {
  readonly draw: (stage: Stage) => ReactNode
  /** The notebook around it; none where it is absent. */
  readonly notebook?: NotebookFixture
  /** Answers of the server by the beginning of the URL; the longest that fits counts. Other requests are refused. */
  readonly answers?: Answers
  /** What a person does once it is drawn: opens a menu, types. */
  readonly act?: (place: HTMLElement, stage: Stage) => void | Promise<void>
  /** Text that is there when the state is complete; the gallery's tests wait for it. */
  readonly shows?: string | RegExp
}

/** A component and its states, by name. */
export interface Fixture {
  readonly component: string
  readonly states: Readonly<Record<string, State>>
}

/** JSON, or a function of the request that returns it. */
export type Answers = Readonly<Record<string, unknown>>

/** A refusal of the server. */
export class Refused {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly hint: string | undefined

  constructor(status: number, code: string, message: string, hint?: string) {
    this.status = status
    this.code = code
    this.message = message
    this.hint = hint
  }
}

/** An answer that never comes, and a server that cannot be reached. */
export const PENDING = Symbol('pending')
export const UNREACHABLE = Symbol('unreachable')

/** Answers that are the same in most states. */
export const FAILURE = new Refused(
  500,
  'internal',
  'The server could not read its history.',
  'Run yesterday fsck.',
)
