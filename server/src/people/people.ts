/**
 * Members, guests and their sessions. Invariant: a cookie is good while its signature is ours and its session is in the
 * file, so that a restart keeps people in, and signing out or removal throws them out.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { PERSON_COLORS } from '../../contract/http.ts'
import { type Member, PersonName, type SignedInDevice } from '../../contract/people.ts'
import type { Role } from '../../contract/route.ts'
import { equalSecrets } from '../store/equal-secrets.ts'
import { Invitations } from './invitations.ts'
import { isManaged, memberOf, sameName } from './member-of.ts'
import { PasskeyList } from './passkey-list.ts'
import {
  isGuest,
  PeopleStore,
  Person,
  type StoredIdentity,
  type StoredPasskey,
  type StoredPassword,
  type StoredPerson,
  type StoredSession,
} from './people-store.ts'
import { type Provided, ProvidedSessions, roleAfter } from './provided-sessions.ts'
import { userName } from './user-name.ts'

export { Person } from './people-store.ts'

/** Ninety days: after that a browser signs in again. */
export const COOKIE_LIFE_SECONDS = 90 * 24 * 3600
/** Guests. Each new browser is one: a program that signs in each night would fill the file. */
const MOST_GUESTS = 1000
const MOST_MEMBERS = 1000
/** Sessions of one person; the oldest ends. */
const MOST_SESSIONS = 20
/** `lastUsed` of a session is that exact, ms: it is not worth a write for each request. */
const USED_STEP_MS = 5 * 60_000

/** Who a cookie belongs to. */
export interface Recognised {
  readonly person: Person
  readonly role: Role
  readonly session: string
}

export class People {
  readonly invitations: Invitations
  readonly passkeys: PasskeyList
  /** Sessions that a provider began. */
  readonly provided: ProvidedSessions
  readonly #now: () => Date
  readonly #store: PeopleStore

  readonly #mostGuests: number
  /** When a use could last not be saved, ms. */
  #untouchedAt = -Infinity

  constructor(folder: string, now: () => Date = () => new Date(), mostGuests = MOST_GUESTS) {
    this.#now = now
    this.#mostGuests = mostGuests
    this.#store = new PeopleStore(folder)
    this.invitations = new Invitations(this.#store, now)
    this.passkeys = new PasskeyList(this.#store, now)
    this.provided = new ProvidedSessions(this.#store)
    this.#forgetOld()
    this.#store.save()
  }

  /** A new person, named after this machine's user until they choose, and the cookie of their first session. */
  admit(
    name = userName(),
    role: Role = 'owner',
    device = '',
  ): { readonly person: Person; readonly cookie: string } {
    return this.#add({ id: newPersonId(), name, role, device, password: null, passkeys: [], identity: null })
  }

  /** A new member who accepted an invitation. The caller has checked that the name is free. */
  join(
    member: Joining & { readonly id: string; readonly password: StoredPassword },
  ): ReturnType<People['admit']> {
    return this.#add({ ...member, passkeys: [], identity: null })
  }

  /** As `join`, with a passkey, which knows the member by `id`. */
  joinByPasskey({ passkey, ...member }: Joining & { readonly id: string; readonly passkey: StoredPasskey }) {
    return this.#add({ ...member, password: null, passkeys: [passkey], identity: null })
  }

  /** A session of a person whom a provider names; they are made a member at the first one. `before` is the role until now. */
  enter(
    { decidesRole, ...who }: Omit<StoredIdentity, 'firstRole'> & { readonly decidesRole: boolean },
    { name, role, device, expires, ...provided }: Joining & Provided & { readonly expires: Date },
  ): (ReturnType<People['admit']> & { readonly before: Role | null }) | 'full' {
    const identity = { ...who, firstRole: decidesRole ? null : role }
    const ends = { expires: expires.toISOString(), ...this.provided.fields(provided) }
    const found = this.#identified(identity)
    if (found === undefined) {
      if (this.isFull) return 'full'
      const member = { id: newPersonId(), name: this.#freeName(name), role, device, identity }
      return { ...this.#add({ ...member, password: null, passkeys: [] }, ends), before: null }
    }
    const before = found.role
    const session = this.#newSession(device, ends)
    Object.assign(found, { role: roleAfter(found, role, decidesRole), identity })
    found.sessions = [...found.sessions, session].slice(-MOST_SESSIONS)
    this.#store.save()
    return { person: Person.parse(found), cookie: this.#cookieOf(session), before }
  }

  /** Ends all sessions of a person who may not come in any more. Returns the name; null if the person is not known. */
  endIdentity(identity: Pick<StoredIdentity, 'issuer' | 'subject'>): string | null {
    const found = this.#identified(identity)
    if (found === undefined) return null
    this.endSessions(found.id, () => true)
    return found.name
  }

  /** The name of the provider by which a person signs in; null where they do so here. */
  providerOf(id: string): string | null {
    return this.#find(id)?.identity?.via ?? null
  }

  /** Whether a provider decides the person's role. */
  isManaged(id: string): boolean {
    const found = this.#find(id)
    return found !== undefined && isManaged(found)
  }

  #identified({ issuer, subject }: Pick<StoredIdentity, 'issuer' | 'subject'>): StoredPerson | undefined {
    return this.#people.find(({ identity }) => identity?.issuer === issuer && identity.subject === subject)
  }

  /** A name that no member has: the first that fits of `Ada`, `Ada 2`, `Ada 3`, … */
  #freeName(wish: string): string {
    const name = PersonName.safeParse(wish.slice(0, 70)).data ?? 'Member'
    for (let n = 1; ; n++) {
      const numbered = n === 1 ? name : `${name} ${n}`
      if (!this.isTaken(numbered)) return numbered
    }
  }

  /** True if there may be no further member. */
  get isFull(): boolean {
    return this.#people.filter((one) => !isGuest(one)).length >= MOST_MEMBERS
  }

  /** True if a person can sign in by name and password. */
  get hasPasswords(): boolean {
    return this.#people.some(({ password }) => password !== null)
  }

  #add(
    { device, ...member }: Joining & Pick<StoredPerson, 'id' | 'password' | 'passkeys' | 'identity'>,
    ends: SessionEnds = {},
  ) {
    this.#forgetOld()
    const color = PERSON_COLORS[this.#people.length % PERSON_COLORS.length] ?? PERSON_COLORS[0]
    const since = this.#now().toISOString()
    const session = this.#newSession(device, ends)
    this.#people.push({ ...member, color, named: !isGuest(member), since, sessions: [session] })
    this.#store.save()
    return { person: { id: member.id, name: member.name, color }, cookie: this.#cookieOf(session) }
  }

  /** True if a member has this name. `except` is the id of the caller. */
  isTaken(name: string, except: string | null = null): boolean {
    const found = this.memberNamed(name)
    return found !== null && found.id !== except
  }

  /** The member of this name. Case and width do not count. `password` is null where they sign in otherwise. */
  memberNamed(name: string): { readonly id: string; readonly password: StoredPassword | null } | null {
    const found = this.#people.find((one) => !isGuest(one) && sameName(one.name, name))
    return found === undefined ? null : { id: found.id, password: found.password }
  }

  /** True if the person can sign in by a password or a passkey. */
  isMember(id: string): boolean {
    const found = this.#find(id)
    return found !== undefined && !isGuest(found)
  }

  passwordOf(id: string): StoredPassword | null {
    return this.#find(id)?.password ?? null
  }

  /** Sets the password and ends the person's other sessions. */
  setPassword(id: string, password: StoredPassword, keptSession: string | null): void {
    const found = this.#find(id)
    if (found === undefined) return
    Object.assign(found, { password, named: true })
    found.sessions = found.sessions.filter((session) => session.id === keptSession)
    this.#store.save()
  }

  /** Changes how a person is shown; null when they have signed out meanwhile, `taken` where a member has the name. */
  rename(id: string, change: { readonly name?: string; readonly color?: string }): Person | 'taken' | null {
    const found = this.#find(id)
    if (!found) return null
    if (change.name !== undefined && this.isTaken(change.name, id)) return 'taken'
    Object.assign(found, change, change.name === undefined ? {} : { named: true })
    this.#store.save()
    return Person.parse(found)
  }

  /** Those who have chosen a name, by name: the people who can be mentioned. */
  known(): readonly { readonly id: string; readonly name: string }[] {
    const people = this.#people.filter(({ named }) => named).map(({ id, name }) => ({ id, name }))
    return people.toSorted((one, other) => one.name.localeCompare(other.name))
  }

  /** Whether the person has chosen their name. */
  isNamed(id: string): boolean {
    return this.#find(id)?.named ?? false
  }

  /** The person as they are shown at each moment, for what lasts longer than a request. */
  follow(person: Person): Person {
    const now = (): Person => this.#find(person.id) ?? person
    return {
      id: person.id,
      get name() {
        return now().name
      },
      get color() {
        return now().color
      },
    }
  }

  get members(): readonly Member[] {
    return this.#people.map(memberOf)
  }

  /**
   * `lastOwner`: a project without an owner who can sign in again could not be managed from the page. `managed`: a provider
   * decides the role.
   */
  changeRole(id: string, role: Role): Member | 'missing' | 'lastOwner' | 'managed' {
    const found = this.#find(id)
    if (found === undefined) return 'missing'
    if (isManaged(found)) return 'managed'
    if (role !== 'owner' && this.#isLastOwner(found)) return 'lastOwner'
    found.role = role
    this.#store.save()
    return memberOf(found)
  }

  /** Removes a person: every cookie of theirs stops working now. */
  remove(id: string): 'removed' | 'missing' | 'lastOwner' {
    const found = this.#find(id)
    if (found === undefined) return 'missing'
    if (this.#isLastOwner(found)) return 'lastOwner'
    this.#store.file.people = this.#people.filter((person) => person !== found)
    this.#store.save()
    return 'removed'
  }

  /** The person's role in this session now; null once the session has ended. */
  roleOf(id: string, session: string): Role | null {
    const found = this.#find(id)
    const open = found?.sessions.find((one) => one.id === session)
    return found === undefined || open === undefined || this.#isOld(open) ? null : found.role
  }

  /** The person's role now, in whatever session; null where there is no such person. */
  memberRole(id: string): Role | null {
    return this.#find(id)?.role ?? null
  }

  /** A session of a person who has proved who they are. Returns the cookie; null if the person was removed. */
  openSession(id: string, device: string): string | null {
    const found = this.#find(id)
    if (found === undefined) return null
    const session = this.#newSession(device)
    found.sessions = [...found.sessions, session].slice(-MOST_SESSIONS)
    this.#store.save()
    return this.#cookieOf(session)
  }

  devices(id: string, current: string | null): readonly SignedInDevice[] {
    const sessions = this.#find(id)?.sessions ?? []
    return sessions
      .filter((session) => !this.#isOld(session))
      .map(({ id: session, device, created, used }) => ({
        id: publicId(session),
        device,
        created,
        lastUsed: used,
        isThis: session === current,
      }))
  }

  /** Ends the sessions that `isEnded` names. A guest without a session is forgotten. False where there is none. */
  endSessions(
    id: string,
    isEnded: (session: { readonly id: string; readonly publicId: string }) => boolean,
  ): boolean {
    const found = this.#find(id)
    if (found === undefined) return false
    const sessions = found.sessions.filter((one) => !isEnded({ id: one.id, publicId: publicId(one.id) }))
    if (sessions.length === found.sessions.length) return false
    found.sessions = sessions
    this.#forgetOld()
    this.#store.save()
    return true
  }

  /** The person of a cookie's value; null when it is forged, ended or too old. */
  recognise(cookie: string | undefined): Recognised | null {
    const [id, signature] = (cookie ?? '').split('.')
    if (!id || !signature || !equalSecrets(signature, this.#sign(id))) return null
    for (const one of this.#people) {
      const session = one.sessions.find((open) => open.id === id)
      if (session === undefined) continue
      if (this.#isOld(session)) return null
      this.#touch(session)
      return { person: { id: one.id, name: one.name, color: one.color }, role: one.role, session: id }
    }
    return null
  }

  get #people(): StoredPerson[] {
    return this.#store.file.people
  }

  #find(id: string): StoredPerson | undefined {
    return this.#people.find((person) => person.id === id)
  }

  #isLastOwner(person: StoredPerson): boolean {
    return person.role === 'owner' && !this.#people.some((one) => one !== person && one.role === 'owner')
  }

  #newSession(device: string, ends: SessionEnds = {}): StoredSession {
    const now = this.#now().toISOString()
    const id = randomBytes(16).toString('hex')
    return { id, device: device.slice(0, 80), created: now, used: now, ...ends }
  }

  /** Saved now and then. A full disk does not keep people out. */
  #touch(session: StoredSession): void {
    const now = this.#now().getTime()
    if (now - Math.max(Date.parse(session.used), this.#untouchedAt) < USED_STEP_MS) return
    session.used = new Date(now).toISOString()
    try {
      this.#store.save()
    } catch {
      this.#untouchedAt = now
    }
  }

  #isOld({ created, expires }: Pick<StoredSession, 'created' | 'expires'>): boolean {
    if (expires !== undefined && Date.parse(expires) <= this.#now().getTime()) return true
    return (this.#now().getTime() - Date.parse(created)) / 1000 > COOKIE_LIFE_SECONDS
  }

  /** Sessions that are too old, guests without one, and where many sign in, the oldest guests, those without a name first. */
  #forgetOld(): void {
    for (const person of this.#people)
      person.sessions = person.sessions.filter((session) => !this.#isOld(session))
    const people = this.#people.filter((one) => !isGuest(one) || one.sessions.length > 0)
    const guests = people.filter(isGuest)
    const unnamedFirst = guests.toSorted((one, other) => Number(one.named) - Number(other.named))
    const gone = new Set(unnamedFirst.slice(0, -this.#mostGuests))
    this.#store.file.people = people.filter((person) => !gone.has(person))
  }

  #cookieOf({ id }: StoredSession): string {
    return `${id}.${this.#sign(id)}`
  }

  #sign(id: string): string {
    return createHmac('sha256', Buffer.from(this.#store.file.key, 'base64')).update(id).digest('base64url')
  }
}

type SessionEnds = Pick<StoredSession, 'expires' | 'proof' | 'sid'>

interface Joining {
  readonly name: string
  readonly role: Role
  readonly device: string
}

/** Names a session to its person without being half of a cookie. */
const publicId = (session: string): string =>
  createHmac('sha256', 'session').update(session).digest('hex').slice(0, 20)

/** 20 random hex digits. */
export const newPersonId = (): string => randomBytes(10).toString('hex')
