/**
 * Roles of members at folders and notebooks (contract/grants.ts), in `grants.json` of the project's state. Invariant: the
 * nearest grant wins: that of the notebook, then of its folder, then of the folder above; without one, the role in the
 * project. An owner is one everywhere.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { PlaceRole, type RoleHere } from '../../contract/grants.ts'
import type { Role } from '../../contract/route.ts'

const GrantTarget = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('folder'), path: z.string() }),
  z.object({ kind: z.literal('notebook'), document: z.string() }),
])
export type GrantTarget = z.infer<typeof GrantTarget>

const StoredGrant = z.object({
  id: z.string(),
  /** A member, or `invitation:` and its id: who accepts it gets the grant. */
  person: z.string(),
  on: GrantTarget,
  role: PlaceRole,
  by: z.string(),
  at: z.string(),
})
export type StoredGrant = z.infer<typeof StoredGrant>

const GrantsFile = z.object({ version: z.literal(1), grants: z.array(StoredGrant) })

/** Where something is: a path below the project, and the id of the notebook there, if it is one. */
export interface Place {
  /** Null where it is not known. */
  readonly path: string | null
  readonly document: string | null
}

/** More than people set by hand. */
const MOST_GRANTS = 5000

const INVITED = 'invitation:'
export const invited = (invitation: string): string => `${INVITED}${invitation}`
const newId = (): string => randomBytes(8).toString('hex')

export class Grants {
  readonly #path: string
  readonly #now: () => Date
  #grants: readonly StoredGrant[]
  #byPerson = new Map<string, readonly StoredGrant[]>()

  /** Throws if the file is there and cannot be read: to go on without it would show what it hides. */
  constructor(folder: string, now: () => Date = () => new Date()) {
    this.#path = join(folder, 'grants.json')
    this.#now = now
    this.#grants = read(this.#path)
    this.#sort()
  }

  get all(): readonly StoredGrant[] {
    return this.#grants
  }

  of(person: string): readonly StoredGrant[] {
    return this.#byPerson.get(person) ?? []
  }

  /** The role at a place, and the grant that it comes from; null where it is the role in the project. */
  at(
    person: string,
    role: Role,
    place: Place,
  ): { readonly role: RoleHere; readonly grant: StoredGrant | null } {
    const grant = role === 'owner' ? null : nearest(this.of(person), place)
    return { role: grant?.role ?? role, grant }
  }

  /** Replaces the person's grant of the same place. `full` where there are too many. */
  put(person: string, on: GrantTarget, role: PlaceRole, by: string): StoredGrant | 'full' {
    const made = this.putAll(person, [{ on, role }], by)
    return made === 'full' ? made : (made[0] ?? 'full')
  }

  /** As `put`, for several places: all or none. */
  putAll(
    person: string,
    wanted: readonly Pick<StoredGrant, 'on' | 'role'>[],
    by: string,
  ): readonly StoredGrant[] | 'full' {
    const isReplaced = (grant: StoredGrant) =>
      grant.person === person && wanted.some(({ on }) => isSame(grant.on, on))
    const others = this.#grants.filter((grant) => !isReplaced(grant))
    if (others.length + wanted.length > MOST_GRANTS) return 'full'
    const at = this.#now().toISOString()
    const made = wanted.map((one) => ({ id: newId(), person, ...one, by, at }))
    this.#save([...others, ...made])
    return made
  }

  /** False where there is none. */
  remove(person: string, on: GrantTarget): boolean {
    const others = this.#grants.filter((grant) => grant.person !== person || !isSame(grant.on, on))
    if (others.length === this.#grants.length) return false
    this.#save(others)
    return true
  }

  /** Removes all grants of a member who was removed, or of an invitation that was revoked. */
  forget(person: string): void {
    if (this.of(person).length > 0) this.#save(this.#grants.filter((grant) => grant.person !== person))
  }

  /** Removes the grants of invitations that are not among these: they expired, or were used. */
  keepInvitations(open: readonly string[]): void {
    const kept = new Set(open.map(invited))
    const isGone = ({ person }: StoredGrant) => person.startsWith(INVITED) && !kept.has(person)
    if (this.#grants.some(isGone)) this.#save(this.#grants.filter((grant) => !isGone(grant)))
  }

  /** Gives a new member what their invitation had. The invitation keeps it for others. */
  accept(invitation: string, person: string): void {
    const own = this.of(invited(invitation)).map((grant) => ({
      ...grant,
      person,
      id: newId(),
    }))
    if (own.length > 0) this.#save([...this.#grants, ...own])
  }

  /**
   * A folder is about to be moved: from now on its grants, and those of folders in it, hold at the new place as well.
   * Grants of the new place are for something that is gone, and are removed. Returns what puts all back if the move fails.
   */
  moving(from: string, to: string): () => void {
    const below = this.#grants.flatMap((grant) => (isOfFolder(grant, from) ? [{ grant, on: grant.on }] : []))
    if (below.length === 0 && !this.#grants.some((grant) => isOfFolder(grant, to))) return () => undefined
    const copies = below.map(({ grant, on }): StoredGrant => {
      const path = on.kind === 'folder' ? `${to}${on.path.slice(from.length)}` : ''
      return { ...grant, id: newId(), on: { kind: 'folder', path } }
    })
    const isStale = (grant: StoredGrant) => isOfFolder(grant, to) && !isOfFolder(grant, from)
    const stale = this.#grants.filter(isStale)
    this.#save([...this.#grants.filter((grant) => !isStale(grant)), ...copies])
    const made = new Set(copies.map(({ id }) => id))
    return () => this.#save([...this.#grants.filter(({ id }) => !made.has(id)), ...stale])
  }

  /** The folder was moved: nothing is at its former place. */
  moved(from: string, to: string): void {
    const isGone = (grant: StoredGrant) => isOfFolder(grant, from) && !isOfFolder(grant, to)
    if (this.#grants.some(isGone)) this.#save(this.#grants.filter((grant) => !isGone(grant)))
  }

  /** Durable when it returns; nothing changed where it throws. */
  #save(grants: readonly StoredGrant[]): void {
    const temporary = `${this.#path}.new`
    const text = JSON.stringify({ version: 1, grants }, null, 2)
    writeFileSync(temporary, text, { mode: 0o600, flush: true })
    renameSync(temporary, this.#path)
    this.#grants = grants
    this.#sort()
  }

  #sort(): void {
    this.#byPerson = new Map()
    for (const grant of this.#grants) this.#byPerson.set(grant.person, [...this.of(grant.person), grant])
  }
}

/** True if `path` is the folder or in it. */
export const isBelow = (path: string, folder: string): boolean =>
  folder === '' || path === folder || path.startsWith(`${folder}/`)

const isOfFolder = ({ on }: StoredGrant, folder: string): boolean =>
  on.kind === 'folder' && isBelow(on.path, folder)

function nearest(grants: readonly StoredGrant[], { path, document }: Place): StoredGrant | null {
  const own = grants.find(({ on }) => on.kind === 'notebook' && on.document === document)
  if (own !== undefined) return own
  const folders = grants.filter(({ on }) => on.kind === 'folder' && path !== null && isBelow(path, on.path))
  return folders.toSorted((one, other) => depthOf(other) - depthOf(one))[0] ?? null
}

const depthOf = ({ on }: StoredGrant): number => (on.kind === 'folder' ? on.path.length : 0)

const isSame = (one: GrantTarget, other: GrantTarget): boolean =>
  one.kind === 'folder'
    ? other.kind === 'folder' && one.path === other.path
    : other.kind === 'notebook' && one.document === other.document

function read(path: string): readonly StoredGrant[] {
  try {
    return GrantsFile.parse(JSON.parse(readFileSync(path, 'utf8'))).grants
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw new Error(`Could not read ${path}, which says who may see what. Restore it, or remove it.`, {
      cause: error,
    })
  }
}
