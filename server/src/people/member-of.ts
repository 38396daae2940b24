/** pure. Members as others see them, and when two names are the same. */
import type { Member } from '../../contract/people.ts'
import { isGuest, type StoredPerson } from './people-store.ts'

/** A name without what does not count: case, width, and how many spaces of whatever kind. */
export const foldedName = (name: string): string =>
  name.normalize('NFKC').toLocaleLowerCase('en').replace(/\s+/g, ' ').trim()

export const sameName = (a: string, b: string): boolean => foldedName(a) === foldedName(b)

/** Whether a provider decides the person's role. */
export const isManaged = ({ identity }: Pick<StoredPerson, 'identity'>): boolean =>
  identity !== null && identity.firstRole === null

export function memberOf(person: StoredPerson): Member {
  const { id, name, color, role, since, sessions } = person
  const used = sessions.map((session) => session.used).sort()
  return {
    id,
    name,
    color,
    role,
    isGuest: isGuest(person),
    provider: person.identity?.via ?? null,
    isManaged: isManaged(person),
    since,
    lastUsed: used.at(-1) ?? null,
  }
}
