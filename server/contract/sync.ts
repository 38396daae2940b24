/**
 * The room protocol: y-websocket's (https://github.com/yjs/y-protocols/blob/master/PROTOCOL.md) on
 * `/api/rooms/<document id>?epoch=<epoch>`, with messages of our own beside it. Every frame is binary:
 * varUint(type), then the payload below. `connection=` names the connection for commands that follow its edits
 * (session.ts). A plain y-websocket client, which sends no `acks=1`, gets none of ours.
 *
 *   0 sync            as y-protocols/sync: step 1, step 2, update
 *   1 awareness       as y-protocols/awareness
 *   3 query awareness as y-websocket
 * 100 acknowledged    server → client: varUint n: the first n step-2 and update messages that this connection sent
 *                     are durable. Anything sent after them is not yet saved.
 * 101 refused         server → client: varUint n, varString reason: the n-th such message was refused whole and
 *                     changed nothing; the client must reload the document and re-apply its unsent edits as text.
 */
export const frame = { sync: 0, awareness: 1, queryAwareness: 3, acknowledged: 100, refused: 101 } as const

/** Close codes beyond RFC 6455's. */
export const close = {
  /** The client's epoch is not the document's: never merge; reload. */
  wrongEpoch: 4409,
  /** The document is gone (deleted, renamed). */
  gone: 4410,
  /** Not allowed (any more). */
  forbidden: 4403,
  /** The client sent something that cannot be read. */
  badFrame: 4400,
  /** The client sent more than a connection may; the reason says of what. It may reconnect. */
  tooMuch: 4429,
} as const

/** Largest frame that a `Room` accepts, in bytes. */
export const MAX_FRAME = 32 * 1024 * 1024

/** Awareness `user`: how a person is shown to the others. */
export interface AwarenessUser {
  readonly id: string
  readonly name: string
  /** CSS colour, legible as a caret on light and dark. */
  readonly color: string
}

/** Awareness `cursors`: one per selection; offsets are UTF-16 units inside the cell's source, as Yjs relative positions. */
export interface AwarenessCursor {
  readonly cell: string
  readonly anchor: unknown
  readonly head: unknown
}
