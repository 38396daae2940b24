/**
 * What one sender may see and do where, for a member with roles of their own at folders or notebooks. Invariant: every
 * route and socket asks here, with what the contract says that a request names (contract/subjects.ts); what a sender may
 * not see is answered like what is not there.
 */
import { isLowerHere, type RoleHere } from '../../contract/grants.ts'
import { mayActAs, type Role, type Standing } from '../../contract/route.ts'
import type { Subject, SubjectKind } from '../../contract/subjects.ts'
import type { Refusal } from '../document/ports.ts'
import { type Grants, isBelow, type Place } from '../people/grants.ts'
import type { People } from '../people/people.ts'
import type { Identity } from './access.ts'
import type { Places } from './places.ts'
import { prune } from './prune.ts'
import type { Reply } from './reply.ts'

/** A member, their role in the project, and the highest one that the sender may have anywhere. */
interface Scoped {
  readonly person: string
  readonly role: Role
  readonly highest: Role
}

/** What of an identity decides its scope. */
type ScopedIdentity = Pick<Identity, 'by' | 'person' | 'actsFor'>

/** The same for what is missing and for what is hidden. */
export const NOT_HERE: Refusal = {
  code: 'missing',
  status: 404,
  message: 'There is nothing here, or you may not see it.',
  hint: 'Ask an owner of the project for access.',
}

/** What is always somewhere: without a place it does not exist, and is answered as hidden. */
const KNOWN: ReadonlySet<SubjectKind> = new Set(['document', 'run', 'object'])

export class Scope {
  readonly #person: string
  readonly #role: Role
  /** The role that no place raises the sender above. */
  readonly #highest: Role
  readonly #grants: Grants
  readonly #places: Places

  constructor({ person, role, highest }: Scoped, grants: Grants, places: Places) {
    this.#person = person
    this.#role = role
    this.#highest = highest
    this.#grants = grants
    this.#places = places
  }

  /** True if a grant may suffice for what the role in the project does not. */
  mayReach(required: Standing): boolean {
    if (!mayActAs(this.#highest, required)) return false
    return this.#grants.of(this.#person).some(({ role }) => role !== 'none' && mayActAs(role, required))
  }

  /** The least role at all that is named; the role in the project where nothing is. */
  async roleFor(subjects: readonly Subject[]): Promise<RoleHere> {
    const roles = await Promise.all(subjects.map((subject) => this.#roleOf(subject)))
    const known = roles.filter((role) => role !== null)
    return known.reduce(
      (least, role) => (isLowerHere(role, least) ? role : least),
      known[0] ?? this.#capped(this.#role),
    )
  }

  /** Null where it has no place. An object may be read through any place that shows it, and through nothing else. */
  async #roleOf(subject: Subject): Promise<RoleHere | null> {
    const places = await this.#places.of(subject)
    const roles = await Promise.all(places.map((place) => this.at(place)))
    const isObject = subject.kind === 'object'
    if (roles.length === 0) return KNOWN.has(subject.kind) ? 'none' : null
    return roles.reduce((one, other) => (isLowerHere(one, other) === isObject ? other : one))
  }

  async at(place: Place): Promise<RoleHere> {
    const { role } = this.#grants.at(this.#person, this.#role, place)
    return role === 'none' && (await this.#isOnTheWay(place)) ? 'viewer' : this.#capped(role)
  }

  #capped<R extends RoleHere>(role: R): R | Role {
    return isLowerHere(this.#highest, role) ? this.#highest : role
  }

  /** A hidden folder is shown if something in it is not hidden: as a way to it. */
  async #isOnTheWay({ path, document }: Place): Promise<boolean> {
    if (path === null || document !== null) return false
    for (const { on, role } of this.#grants.of(this.#person)) {
      if (role === 'none') continue
      const below = on.kind === 'folder' ? on.path : (await this.#places.ofDocument(on.document))?.path
      if (below !== undefined && below !== null && below !== path && isBelow(below, path)) return true
    }
    return false
  }

  /** As `roleFor`, and for every grant inside of these folders: what happens to a folder happens to all that is in it. */
  async roleWithin(paths: readonly string[]): Promise<RoleHere> {
    let least: RoleHere = await this.roleFor(paths.map((named) => ({ kind: 'path', named })))
    for (const { on, role } of this.#grants.of(this.#person)) {
      const path = on.kind === 'folder' ? on.path : (await this.#places.ofDocument(on.document))?.path
      const isInside = path !== undefined && path !== null && paths.some((folder) => isBelow(path, folder))
      if (isInside && isLowerHere(role, least)) least = role
    }
    return least
  }

  /** True if the sender may see the notebook of the run. */
  async seesRun(run: string): Promise<boolean> {
    const place = await this.#places.ofRecord(run)
    return place === null || (await this.at(place)) !== 'none'
  }

  /** The reply without what is hidden. Missing things are answered as hidden ones. */
  async shown(reply: Reply, isNamed: boolean): Promise<Reply> {
    const hidden: Reply = { kind: 'refused', refusal: NOT_HERE }
    if (reply.kind === 'refused') return isNamed && reply.refusal.status === 404 ? hidden : reply
    if (reply.kind !== 'json') return reply
    // Jupyter clients get refusals in a form of their own.
    if (reply.status === 404) return isNamed ? hidden : reply
    const body = await prune(reply.body, this.#places, (place) => this.at(place))
    return body === null ? hidden : { ...reply, body }
  }
}

/** What grants say of a sender's requests and sockets. */
export class Scopes {
  readonly #grants: Grants
  readonly #places: Places
  readonly #people: Pick<People, 'memberRole'>

  constructor(grants: Grants, places: Places, people: Pick<People, 'memberRole'>) {
    this.#grants = grants
    this.#places = places
    this.#people = people
  }

  /** Null for a sender with the same role everywhere. A program has the roles of the member for whom it acts. */
  of({ by, person, role, actsFor }: ScopedIdentity & Pick<Identity, 'role'>): Scope | null {
    const member = actsFor?.member ?? person.id
    const inProject = actsFor === null ? role : (this.#people.memberRole(actsFor.member) ?? role)
    const hasGrants = inProject !== 'owner' && this.#grants.of(member).length > 0
    if (!hasGrants || (by === 'token' && actsFor === null)) return null
    const scoped = { person: member, role: inProject, highest: actsFor?.scope ?? 'owner' }
    return new Scope(scoped, this.#grants, this.#places)
  }

  /** The role of a sender at what a socket is about, now. Null where access has ended. */
  async roleAt(
    { roleNow, ...sender }: ScopedIdentity & Pick<Identity, 'roleNow'>,
    subjects: readonly Subject[],
  ): Promise<RoleHere | null> {
    const role = roleNow()
    if (role === null) return null
    const scope = this.of({ ...sender, role })
    return scope === null ? role : scope.roleFor(subjects)
  }
}
