/**
 * pure. Who else is in the notebook, from the room's awareness. Invariant: states come from other programs and
 * are parsed here, once; one that cannot be read is left out. The server vouches for `user.id` and `user.name`.
 */
import { z } from 'zod'

/** A selection inside a cell; `anchor` and `head` are Yjs relative positions, null where the cell alone is known. */
const Cursor = z.object({
  cell: z.string().max(200),
  anchor: z.unknown().optional(),
  head: z.unknown().optional(),
})
export type Cursor = z.infer<typeof Cursor>

const State = z.object({
  user: z.object({
    id: z.string(),
    name: z.string(),
    color: z
      .string()
      .regex(/^#[\da-f]{6}$/i)
      .catch('#0b7285'),
  }),
  cursors: z.array(Cursor).max(50).catch([]),
  typing: z.boolean().catch(false),
})

/** One window of a person. */
export interface Visitor {
  /** The Yjs client of the window. */
  readonly client: number
  readonly id: string
  readonly name: string
  /** A hex colour. */
  readonly color: string
  readonly cursors: readonly Cursor[]
  /** True while the person types, and a moment longer. */
  readonly typing: boolean
}

/** Everybody's windows but `own`, in the order in which they came. */
export function visitorsIn(states: ReadonlyMap<number, unknown>, own: number): readonly Visitor[] {
  return [...states].flatMap(([client, state]) => {
    const read = client === own ? null : State.safeParse(state)
    if (!read?.success) return []
    const { user, cursors, typing } = read.data
    return [{ client, ...user, cursors, typing }]
  })
}

/** Each person once, with the window that has a place where one has. */
export function peopleOf(visitors: readonly Visitor[]): readonly Visitor[] {
  const people = new Map<string, Visitor>()
  for (const visitor of visitors) {
    const known = people.get(visitor.id)
    if (known === undefined || known.cursors.length === 0) people.set(visitor.id, visitor)
  }
  return [...people.values()]
}

/** The first letters of a name, for where there is room for no more. */
export const initials = (name: string): string => Array.from(name.trim()).slice(0, 1).join('').toUpperCase()

/** Black or white, whichever is legible on this hex colour (WCAG's relative luminance). */
export function inkOn(color: string): '#000000' | '#ffffff' {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
    linear(Number.parseInt(color.slice(at, at + 2), 16) / 255),
  )
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000000' : '#ffffff'
}

const linear = (part: number): number => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
