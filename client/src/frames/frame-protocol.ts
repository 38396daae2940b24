/**
 * The messages between the page and an output frame. They travel over one MessageChannel, whose port the page hands to
 * the loaded frame. Types only: the page parses what a frame says (frame-host.ts); a frame trusts the page.
 */

/** What a frame is to draw: one form of a value. */
export interface FrameContent {
  readonly mime: string
  /** Text, or JSON as text, by the MIME type. */
  readonly value: string
  /** The output's metadata, as nbformat has it. */
  readonly metadata: Readonly<Record<string, unknown>>
}

/**
 * What the code of an output may do in its frame; each level has a frame page with its own policy (http/policy.ts).
 * `static`: markup alone, no script of the output runs. `offline`: scripts, no network. `online`: scripts and https.
 */
export type FrameLevel = 'static' | 'offline' | 'online'

export interface FrameTheme {
  readonly scheme: string
  /** CSS custom properties by name. */
  readonly variables: Readonly<Record<string, string>>
}

/** The words that a frame shows, in the page's language. `{host}` and `{library}` are gaps. */
export interface FrameWords {
  readonly embed: string
  readonly embedLocal: string
  readonly embedShow: string
  readonly failed: string
}

/** The first message, by `window.postMessage`, with the port. */
export interface Connect {
  readonly type: 'connect'
  readonly level: FrameLevel
  readonly theme: FrameTheme
  readonly words: FrameWords
}

/** A widget model's state, and the binary members of it (server/contract/widgets.ts). */
export interface WidgetState {
  readonly id: string
  readonly state: Readonly<Record<string, unknown>>
  readonly buffers: readonly { readonly path: readonly (string | number)[]; readonly data: string }[]
}
export interface WidgetStates {
  readonly models: readonly WidgetState[]
}

type Members = Readonly<Record<string, unknown>>

/** A comm message of the kernel; binary parts in base64. `answers` is the `ack` of the message that it answers. */
export interface CommToFrame {
  readonly msgType: string
  readonly content: Members
  readonly metadata: Members
  readonly buffers: readonly string[]
  readonly answers?: string | undefined
}
export interface CommFromFrame {
  readonly msgType: 'comm_open' | 'comm_msg' | 'comm_close'
  readonly content: Members
  readonly metadata: Members
  readonly buffers: readonly string[]
  /** The frame's name for the message; `commHandled` says it again when the kernel has handled it. */
  readonly ack: string
}

export type ToFrame =
  | { readonly type: 'theme'; readonly theme: FrameTheme }
  /** In place of what was drawn before. */
  | ({ readonly type: 'draw' } & FrameContent)
  | { readonly type: 'widgets'; readonly request: number; readonly states: WidgetStates }
  | ({ readonly type: 'comm' } & CommToFrame)
  | { readonly type: 'commHandled'; readonly ack: string }

export type FromFrame =
  /** The height of what is drawn, in CSS pixels. */
  | { readonly type: 'height'; readonly height: number }
  /** A link was followed. */
  | { readonly type: 'link'; readonly href: string }
  /** The frame's policy kept something from being loaded from these hosts. */
  | { readonly type: 'blocked'; readonly hosts: readonly string[] }
  /** Asks for the state of widget models; messages to them follow. */
  | { readonly type: 'widgets'; readonly request: number; readonly models: readonly string[] }
  | ({ readonly type: 'comm' } & CommFromFrame)
