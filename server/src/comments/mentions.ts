/** pure. Who is mentioned in a comment: `@` and the name of a known person, whatever the case. */
import type { Actor } from '../../contract/actor.ts'
import { COMMENT_LIMITS } from '../../contract/comments.ts'

/** The people whose names follow an `@`. Of names that begin alike, the longest is meant; namesakes are all meant. */
export function mentionsIn(text: string, people: readonly Actor[]): readonly Actor[] {
  const lower = text.toLowerCase()
  const byLength = people.filter(({ name }) => name !== '').toSorted((a, b) => b.name.length - a.name.length)
  const found = new Map<string, Actor>()
  for (let at = lower.indexOf('@'); at !== -1; at = lower.indexOf('@', at + 1)) {
    if (isWord(lower[at - 1])) continue
    const named = byLength.find(({ name }) => isNamedAt(lower, at + 1, name.toLowerCase()))
    const namesakes = byLength.filter(({ name }) => name.toLowerCase() === named?.name.toLowerCase())
    for (const { id, name } of namesakes) found.set(id, { id, name })
  }
  return [...found.values()].slice(0, COMMENT_LIMITS.mentions)
}

const isNamedAt = (text: string, at: number, name: string): boolean =>
  text.startsWith(name, at) && !isWord(text[at + name.length])

const isWord = (character: string | undefined): boolean =>
  character !== undefined && /[\p{L}\p{N}_]/u.test(character)
