/** Pages that need no script to sign in and to join, and the password of the caller. */
import { PasswordChange } from '../../../contract/people.ts'
import { peopleApi } from '../../../contract/people-api.ts'
import type { Refusal } from '../../document/ports.ts'
import { BusyError, hashPassword } from '../../people/passwords.ts'
import { passwordProblem, type SignInProblem } from '../../people/sign-in.ts'
import type { Access } from '../access.ts'
import { isOfApp } from '../app-paths.ts'
import { joinPage, signInPage } from '../pages.ts'
import { formHeaders } from '../policy.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { type Call, on, type Route } from '../route.ts'
import { meOf, type Project } from './me.ts'
import { nameTaken } from './refusals.ts'
import { senderOf } from './sender.ts'

/** `endRevoked` closes the sockets of ended sessions. */
export function signInRoutes(access: Access, project: Project, endRevoked: () => void): readonly Route[] {
  return [...pageRoutes(access, project), passwordRoute(access, project, endRevoked)]
}

function pageRoutes(access: Access, { name: project }: Project): readonly Route[] {
  const { people, signIns, setCookie } = access
  const signIn = (
    options: Partial<Parameters<typeof signInPage>[0]>,
    { language }: Call,
    status: number,
  ): Reply => {
    const { ways } = access
    return html(status, signInPage({ language, problem: null, again: false, next: '', ...ways, ...options }))
  }
  const join = (
    options: Partial<Parameters<typeof joinPage>[0]>,
    { language }: Call,
    invite: string,
  ): Reply => {
    const role = people.invitations.find(invite)?.role ?? null
    const status = role === null ? 404 : options.problem == null ? 200 : joinStatus(options.problem)
    return html(status, joinPage({ language, problem: null, invite, role, project, ...options }))
  }
  return [
    on(peopleApi.signInPage, async (call) => (isIn(call) ? goOn('') : signIn({}, call, 200))),
    on(peopleApi.signIn, async (call) => {
      const { name, password, next } = call.body
      if (isIn(call)) return goOn(next)
      const result = await signIns.signIn(name, password, call.visitor)
      if (result.ok) return goOn(next, setCookie(result.cookie))
      const { problem } = result
      return signIn({ ...shown(problem), name, next }, call, statusOf(problem))
    }),
    on(peopleApi.joinPage, async (call) => (isIn(call) ? goOn('') : join({}, call, call.query.invite))),
    on(peopleApi.join, async (call) => {
      const { name, password, invite } = call.body
      if (isIn(call)) return goOn('')
      const result = await signIns.join({ secret: invite, name, password }, call.visitor)
      return result.ok
        ? goOn('', setCookie(result.cookie))
        : join({ ...shown(result.problem), name }, call, invite)
    }),
  ]
}

const isIn = ({ role }: Call): boolean => role !== 'anyone'

const shown = <Kind extends string>(problem: { readonly kind: Kind; readonly waitMs?: number }) => ({
  problem: problem.kind,
  waitMs: problem.waitMs ?? 0,
})

const statusOf = ({ kind }: SignInProblem): number => ({ wrong: 401, locked: 429, busy: 503 })[kind]

/** A name or a password that cannot be taken is the person's to change. */
const joinStatus = (kind: string): number => (kind === 'locked' ? 429 : kind === 'busy' ? 503 : 400)

const html = (status: number, text: string): Reply => ({
  kind: 'page',
  status,
  html: text,
  headers: formHeaders,
})

/** An address of the app or the first page of this server: never where a request says. */
export function landing(next: string): string {
  const url = URL.parse(next, 'http://localhost')
  return url?.host === 'localhost' && isOfApp(url.pathname) ? `${url.pathname}${url.search}` : '/'
}

function goOn(next: string, cookie?: string): Reply {
  const headers = {
    location: landing(next),
    'cache-control': 'no-store',
    ...(cookie === undefined ? {} : { 'set-cookie': cookie }),
  }
  return { kind: 'page', status: 303, html: '', headers }
}

function passwordRoute(access: Access, project: Project, endRevoked: () => void): Route {
  const { people, signIns } = access
  return on(peopleApi.changePassword, async (call) => {
    const { person, session, visitor } = call
    const { current = '', password } = PasswordChange.parse(call.body)
    if (session === null) return refuse(notForPrograms)
    const provider = people.providerOf(person.id)
    if (provider !== null) return refuse(managedBy(provider))
    if (people.isTaken(person.name, person.id)) return refuse(nameTaken)
    if (passwordProblem(password, person.name) !== null) return refuse(badPassword)
    const problem = await signIns.verify(person.id, current, visitor)
    if (problem !== null) return refuse(refusalOf(problem))
    const stored = await hashPassword(password).catch((error: unknown) => {
      if (error instanceof BusyError) return null
      throw error
    })
    if (stored === null) return refuse(refusalOf({ kind: 'busy' }))
    people.setPassword(person.id, stored, session)
    endRevoked()
    access.audit?.record({ action: 'password-changed', ...senderOf(call), about: {} })
    return json(meOf(people, project, call))
  })
}

const notForPrograms: Refusal = { code: 'noProfile', status: 409, message: 'A program has no password.' }
/** A person who could sign in here as well would stay after the provider removed them. */
export const managedBy = (provider: string): Refusal => ({
  code: 'managed',
  status: 409,
  message: `${provider} signs you in. Passwords and passkeys of your account are there.`,
})
const badPassword: Refusal = {
  code: 'badPassword',
  status: 400,
  message: 'The password is your name.',
  hint: 'Choose another password.',
}

export function refusalOf(problem: SignInProblem): Refusal {
  if (problem.kind === 'wrong')
    return { code: 'wrongPassword', status: 403, message: 'The current password is wrong.' }
  if (problem.kind === 'busy')
    return { code: 'busy', status: 503, message: 'Too many people are signing in at this moment. Try again.' }
  const seconds = Math.ceil(problem.waitMs / 1000)
  return { code: 'locked', status: 429, message: `Too many attempts. Try again in ${seconds} seconds.` }
}
