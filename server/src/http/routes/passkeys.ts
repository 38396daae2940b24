/** Signing in and joining with a passkey, for everyone; the caller's own passkeys. */
import { passkeyApi } from '../../../contract/passkey-api.ts'
import type { Refusal } from '../../document/ports.ts'
import {
  type PasskeyProblem,
  type PasskeyResult,
  Passkeys,
  type RelyingParty,
} from '../../people/passkeys.ts'
import { type Access, newBrowserSecret } from '../access.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { type Call, on, type Route } from '../route.ts'
import type { Project } from './me.ts'
import { landing, managedBy, refusalOf } from './sign-in.ts'

export function passkeyRoutes(access: Access, project: Project): readonly Route[] {
  const { people, signIns } = access
  const passkeys = new Passkeys({
    people,
    signIns,
    record: access.audit?.record ?? (() => undefined),
    title: `Yesterday · ${project.name}`,
    now: () => new Date(),
  })
  return [...signInRoutes(access, passkeys), ...joinRoutes(access, passkeys), ...ownRoutes(access, passkeys)]
}

function signInRoutes(access: Access, passkeys: Passkeys): readonly Route[] {
  const { setBrowser } = access
  return [
    on(passkeyApi.signInOptions, async ({ party, visitor }) => {
      if (party === null) return refuse(noName)
      const browser = newBrowserSecret()
      const options = await passkeys.signInOptions(party, browser, visitor)
      return { kind: 'json', body: options, headers: { 'set-cookie': setBrowser(browser) } }
    }),
    on(passkeyApi.signIn, async ({ party, browser, visitor, body }) => {
      if (party === null) return refuse(noName)
      const result = await passkeys.signIn(party, browser ?? '', body.credential, visitor)
      return entered(result, access, body.next)
    }),
  ]
}

function joinRoutes(access: Access, passkeys: Passkeys): readonly Route[] {
  const { setBrowser } = access
  return [
    on(passkeyApi.joinOptions, async ({ party, visitor, body }) => {
      if (party === null) return refuse(noName)
      const browser = newBrowserSecret()
      const result = await passkeys.joinOptions(party, browser, body, visitor)
      if (!result.ok) return refuse(passkeyRefusal(result.problem))
      return { kind: 'json', body: result.value, headers: { 'set-cookie': setBrowser(browser) } }
    }),
    on(passkeyApi.join, async ({ party, browser, visitor, body }) => {
      if (party === null) return refuse(noName)
      return entered(await passkeys.join(party, browser ?? '', body, visitor), access, '')
    }),
  ]
}

function ownRoutes({ people, signIns }: Access, passkeys: Passkeys): readonly Route[] {
  const list = ({ person }: Pick<Call, 'person'>): Reply => json(people.passkeys.of(person.id))
  return [
    on(passkeyApi.list, async (call) => list(call)),
    on(passkeyApi.addOptions, async (call) => {
      const caller = callerOf(call)
      if (!caller.ok) return caller.reply
      const provider = people.providerOf(call.person.id)
      if (provider !== null) return refuse(managedBy(provider))
      const problem = await signIns.verify(call.person.id, call.body.current ?? '', call.visitor)
      if (problem !== null) return refuse(refusalOf(problem))
      return json(await passkeys.addOptions(caller.party, caller.session, call.person, call.visitor))
    }),
    on(passkeyApi.add, async (call) => {
      const caller = callerOf(call)
      if (!caller.ok) return caller.reply
      const { person, body, visitor } = call
      const result = await passkeys.add(caller.party, caller.session, person, body, visitor)
      return result.ok ? list(call) : refuse(passkeyRefusal(result.problem))
    }),
    on(passkeyApi.remove, async (call) => {
      if (call.session === null) return refuse(notForPrograms)
      const removed = passkeys.remove(call.person, call.params.passkey, call.visitor)
      return removed === 'removed'
        ? list(call)
        : refuse(removed === 'missing' ? passkeyRefusal({ kind: removed }) : lastWay)
    }),
  ]
}

type Caller =
  | { readonly ok: true; readonly party: RelyingParty; readonly session: string }
  | { readonly ok: false; readonly reply: Reply }

function callerOf({ party, session }: Pick<Call, 'party' | 'session'>): Caller {
  if (session === null) return { ok: false, reply: refuse(notForPrograms) }
  return party === null ? { ok: false, reply: refuse(noName) } : { ok: true, party, session }
}

function entered(result: PasskeyResult<string>, { setCookie, at }: Access, next: string): Reply {
  if (!result.ok) return refuse(passkeyRefusal(result.problem))
  const headers = { 'set-cookie': setCookie(result.value) }
  return { kind: 'json', body: { location: at(landing(next)) }, headers }
}

/** The code names the words of the page (`http/page-words.ts`). */
export function passkeyRefusal(problem: PasskeyProblem): Refusal {
  const { kind } = problem
  if (kind === 'locked' || kind === 'busy' || kind === 'wrong') return refusalOf(problem)
  const [status, message] = REFUSALS[kind]
  return { code: kind, status, message }
}

const REFUSALS: Readonly<
  Record<Exclude<PasskeyProblem['kind'], 'locked' | 'busy' | 'wrong'>, readonly [number, string]>
> = {
  expired: [400, 'This took too long, or was begun in another browser. Try again.'],
  unverified: [403, 'This passkey is not known here, or its answer is not valid.'],
  known: [409, 'This passkey is in use already.'],
  tooMany: [409, 'There are too many passkeys. Remove one first.'],
  missing: [404, 'There is no such passkey any more.'],
  spent: [404, 'This invitation was used, revoked, or is too old. Ask for another one.'],
  nameTaken: [409, 'This name is taken. Choose another one.'],
  badName: [400, 'A name has 1 to 80 characters that can be seen.'],
  full: [409, 'This project has as many members as it can have.'],
  shortPassword: [400, 'The password is too short.'],
  longPassword: [400, 'The password is too long.'],
  likeName: [400, 'The password is your name.'],
}
const noName: Refusal = {
  code: 'noName',
  status: 409,
  message: 'Passkeys need a host name. This address has none.',
  hint: 'Open http://localhost in place of http://127.0.0.1, or serve by a name: docs/deploy.md.',
}
const notForPrograms: Refusal = { code: 'noProfile', status: 409, message: 'A program has no passkeys.' }
const lastWay: Refusal = {
  code: 'lastWay',
  status: 409,
  message: 'This passkey is the only way in which you can sign in.',
  hint: 'Set a password or add another passkey first.',
}
