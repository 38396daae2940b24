/** Signing in through a provider: the way there, and the way back. */
import { peopleApi } from '../../../contract/people-api.ts'
import { type ProviderProblem, ProviderSignIn } from '../../people/provider-sign-in.ts'
import { type Access, newBrowserSecret } from '../access.ts'
import { goingOnPage, type SignInOptions, signInPage } from '../pages.ts'
import { formHeaders, plainPagePolicy } from '../policy.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { type Call, on, type Route } from '../route.ts'
import { landing } from './sign-in.ts'

/** `endRevoked` closes the sockets of people whose rights changed. */
export function providerRoutes(access: Access, endRevoked: () => void): readonly Route[] {
  const { people, provider, signIns } = access
  if (provider === null) return ALL.map((spec) => on(spec, noProvider))
  const signIn = new ProviderSignIn({
    provider,
    people,
    signIns,
    record: access.audit?.record ?? (() => undefined),
    now: () => new Date(),
    onProblem: access.onProblem,
    endRevoked,
  })
  return [
    on(peopleApi.providerStart, async (call) => {
      const { next } = call.query
      const browser = newBrowserSecret()
      const redirect = `${call.origin}${peopleApi.providerAnswer.path}`
      const url = await signIn.begin(browser, { redirect, next }, call.visitor)
      if (!(url instanceof URL)) return problemPage(access, url, call, next)
      const headers = {
        location: url.href,
        'cache-control': 'no-store',
        'set-cookie': access.setBrowser(browser),
      }
      return { kind: 'page', status: 303, html: '', headers }
    }),
    on(peopleApi.providerLogout, async ({ body, visitor }) =>
      (await signIn.end(body.logout_token, visitor)) ? json({}) : refuse(NO_LOGOUT),
    ),
    ...[peopleApi.providerAnswer, peopleApi.hubAnswer].map((spec) =>
      on(spec, async (call) => {
        const result = await signIn.finish(call.browser ?? '', searchOf(call.query), call.visitor)
        return result.ok
          ? goOn(call, result.next, access.setCookie(result.cookie))
          : problemPage(access, result.problem, call, '')
      }),
    ),
  ]
}

const ALL = [
  peopleApi.providerStart,
  peopleApi.providerAnswer,
  peopleApi.hubAnswer,
  peopleApi.providerLogout,
] as const
const NO_LOGOUT = { code: 'badLogout', status: 400, message: 'This logout token is not valid here.' }

const noProvider = async (): Promise<Reply> =>
  refuse({ code: 'missing', status: 404, message: 'This server has no provider that signs people in.' })

/** A page of ours that leads on: a redirect would still count as one of the provider's site, without our strict cookie. */
function goOn({ language }: Pick<Call, 'language'>, next: string, cookie: string): Reply {
  const headers = {
    'content-security-policy': plainPagePolicy,
    'cache-control': 'no-store',
    'set-cookie': cookie,
  }
  return { kind: 'page', status: 200, html: goingOnPage(language, landing(next)), headers }
}

function problemPage(
  access: Access,
  problem: ProviderProblem,
  { language }: Pick<Call, 'language'>,
  next: string,
): Reply {
  const options: SignInOptions = {
    language,
    problem: PROBLEMS[problem.kind],
    waitMs: problem.kind === 'locked' ? problem.waitMs : 0,
    again: false,
    next,
    ...access.ways,
  }
  return { kind: 'page', status: STATUSES[problem.kind], html: signInPage(options), headers: formHeaders }
}

const PROBLEMS = {
  expired: 'providerExpired',
  denied: 'providerDenied',
  unreachable: 'providerDown',
  refused: 'providerRefused',
  full: 'full',
  locked: 'locked',
} as const
const STATUSES = {
  expired: 400,
  denied: 403,
  unreachable: 503,
  refused: 403,
  full: 409,
  locked: 429,
} as const

function searchOf(query: Readonly<Record<string, string | string[]>>): string {
  const search = new URLSearchParams()
  for (const [name, values] of Object.entries(query))
    for (const value of [values].flat()) search.append(name, value)
  return `?${search}`
}
