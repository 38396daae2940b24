/**
 * The HTTP side of the server. The order matters: headers, the check of the host name, the built client, the
 * authentication, the routes, the handler of errors. Invariant: a request without a session gets only the client's
 * files and the sign-in page.
 */
import { log } from '@yesterday/kernel-bridge/log'
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express'
import { visibleName } from '../../contract/file-names.ts'
import { mayActAs, type RouteSpec } from '../../contract/route.ts'
import { routes } from '../../contract/routes.ts'
import { type Subject, subjectsOf } from '../../contract/subjects.ts'
import type { Refusal } from '../document/ports.ts'
import type { Access, Identity } from './access.ts'
import { isOfApp } from './app-paths.ts'
import { appBelow, pageBelow, withoutBase } from './base.ts'
import { refusalOf } from './failure.ts'
import { hostAllowed, isSafeMethod, originAllowed, ownOrigin } from './gate.ts'
import { type LinkPreviews, withPreview } from './link-previews.ts'
import { endWhenRevoked } from './long-answers.ts'
import type { Answered } from './metrics.ts'
import { inListedOrder } from './mounted.ts'
import { languageOf } from './page-words.ts'
import { notBuiltPage, signInPage } from './pages.ts'
import {
  appPolicy,
  commonHeaders,
  formHeaders,
  framePolicies,
  inertPolicy,
  plainPagePolicy,
} from './policy.ts'
import { relyingParty } from './relying-party.ts'
import { perform, refuse, sendRefusal } from './reply.ts'
import { type RawCall, type Route, STRANGER, unknownSender } from './route.ts'
import type { Scopes } from './scope.ts'
import type { StaticFiles } from './static.ts'

export interface AppParts {
  readonly access: Access
  readonly routes: readonly Route[]
  /** Default: all of the contract. */
  readonly listed?: readonly RouteSpec[]
  /** Null where no page is served. */
  readonly client: StaticFiles | null
  /** Receives errors of the server, with the request's path (without the query, which may carry a token). */
  readonly logError: (what: string, error: unknown) => void
  /** What single members may see and do where. Without it, their role in the project counts everywhere. */
  readonly scopes?: Pick<Scopes, 'of' | 'roleAt'> | null
  /** What other programs show of addresses of the app. Without it, they show its name alone. */
  readonly previews?: Pick<LinkPreviews, 'find'> | null
  /** Of every answer. */
  readonly headers?: Readonly<Record<string, string>>
  /** Called with each answer of a route, for metrics. */
  readonly onAnswered?: (answered: Answered) => void
}

export const foreignHost = {
  code: 'foreignHost',
  status: 403,
  message: 'This server does not answer to that host name.',
  hint: 'Open it as http://localhost or http://127.0.0.1, with the port that the start printed.',
}
/** The refusal with what to do here. */
export const foreignHostOf = ({ reach: { hostHint } }: Access): Refusal =>
  hostHint === undefined ? foreignHost : { ...foreignHost, hint: hostHint }
export const foreignOrigin = {
  code: 'foreignOrigin',
  status: 403,
  message: 'The request did not come from a page of this server.',
}
const noPage = {
  code: 'missing',
  status: 404,
  message: 'This server has no page. It serves Jupyter clients, at /api.',
  hint: 'Start it with `yesterday serve` for the page.',
}

/** Builds the app; it holds no state of its own. Throws if the routes are not those of the contract. */
export function makeApp(parts: AppParts): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('query parser', 'simple')
  app.set('etag', false)
  app.use((request, response, next) => {
    response.set({ ...commonHeaders, ...parts.headers })
    const { base = '' } = parts.access.reach
    request.baseUrl = base
    request.url = withoutBase(base, request.url)
    if (hostAllowed(parts.access.reach, request.headers.host)) next()
    else return perform(response, refuse(foreignHostOf(parts.access)))
  })
  app.use((request, response, next) => serveClient(parts, request, response, next))
  for (const route of inListedOrder(parts.listed ?? routes, parts.routes)) addRoute(app, parts, route)
  app.get('/', (request, response) => servePage(parts, request, response))
  app.use((request, response) => serveRest(parts, request, response))
  app.use(errorHandler(parts))
  return app
}

async function serveClient(parts: AppParts, request: Request, response: Response, next: () => void) {
  const { client } = parts
  const isFile = isSafeMethod(request.method) && client?.has(request.path)
  if (client === null || !isFile || request.path === '/index.html') return next()
  const headers: Readonly<Record<string, string>> = request.path.endsWith('.html')
    ? {
        'content-security-policy': framePolicies[request.path] ?? inertPolicy,
        'cache-control': 'no-cache',
        'x-dns-prefetch-control': 'off',
      }
    : { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' }
  await client.send(request, response, headers)
}

function addRoute(app: Express, parts: AppParts, route: Route): void {
  const { method, path, reads, role } = route.spec
  const readBody = bodyReader(reads, role)
  app[method](path, async (request, response, next) => {
    timeAnswer(route.spec, response, parts.onAnswered)
    const { ignoresSender = false } = route.spec
    if (ignoresSender) forgetSender(request)
    await parts.access.confirm(request)
    const sender = ignoresSender ? { identity: null } : admit(parts, request, response, role === 'anyone')
    if (!sender) return
    if (sender.identity !== null) watchRights(parts, request, response, route.spec, sender.identity)
    const answer = async () => perform(response, await route.handle(callOf(parts, request, sender)))
    if (readBody === null) return answer()
    readBody(request, response, (error?: unknown) => {
      if (error) next(error)
      else answer().catch(next)
    })
  })
}

function watchRights(
  { scopes }: AppParts,
  { params, query }: Request,
  response: Response,
  spec: RouteSpec,
  identity: Identity,
): void {
  const mayStill = async (): Promise<boolean> => {
    const role = scopes ? await scopes.roleAt(identity, subjectsOf(params, query)) : identity.roleNow()
    return mayActAs(role === null || role === 'none' ? 'anyone' : role, spec.role)
  }
  endWhenRevoked(response, () => response.headersSent || spec.reads === 'stream', mayStill)
}

/** A page for everyone is the same for every reader, and what another server sends proves itself. */
function forgetSender({ headers }: Request): void {
  delete headers.cookie
  delete headers.authorization
}

/** The address of a public page is a secret. */
const loggedPath = (path: string): string => path.replace(/^(\/public\/).+/, '$1…')

function timeAnswer(
  { method, path }: Route['spec'],
  response: Response,
  onAnswered?: (answered: Answered) => void,
): void {
  const from = performance.now()
  response.once('finish', () => {
    const answered = { method, route: path, status: response.statusCode, ms: performance.now() - from }
    // By the path of the contract: an address may hold a token.
    log.debug(answered, 'request answered')
    onAnswered?.(answered)
  })
}

/** Senders who are not signed in may send little. */
function bodyReader(reads: Route['spec']['reads'], role: Route['spec']['role']): RequestHandler | null {
  if (reads === 'form') return express.urlencoded({ extended: false, limit: '16kb', parameterLimit: 20 })
  if (reads !== 'json' && reads !== 'anyJson') return null
  const type = reads === 'anyJson' ? () => true : 'application/json'
  return express.json({ limit: role === 'anyone' ? '64kb' : '32mb', strict: false, type })
}

/** What is known of a sender; an unknown sender has no identity. */
interface Admitted {
  readonly identity: Identity | null
}

/**
 * The request's sender, or null after the refusal was sent. A program's token needs no Origin: no browser sends it.
 * Senders without an identity pass if `allowUnknown`.
 */
function admit(parts: AppParts, request: Request, response: Response, allowUnknown = false): Admitted | null {
  const identity = parts.access.identify(request)
  const { origin, host } = request.headers
  const own = originAllowed(parts.access.reach, origin, host)
  const mustBeOwn = origin !== undefined || (!isSafeMethod(request.method) && identity?.by !== 'token')
  const refusal = mustBeOwn && !own ? foreignOrigin : identity || allowUnknown ? null : unknownSender
  if (refusal) sendRefusal(response, refusal)
  return refusal ? null : { identity }
}

function callOf({ access, scopes }: AppParts, request: Request, { identity }: Admitted): RawCall {
  const length = Number(request.headers['content-length'])
  return {
    person: identity?.person ?? STRANGER,
    role: identity?.role ?? 'anyone',
    scope: identity === null ? null : (scopes?.of(identity) ?? null),
    session: identity?.session ?? null,
    visitor: access.visitorOf(request),
    party: relyingParty(access.reach, request.headers.origin, request.headers.host),
    browser: access.browserOf(request),
    origin: `${ownOrigin(access.reach, request.headers.host)}${request.baseUrl}`,
    language: languageOf(request),
    params: request.params,
    query: request.query,
    body: request.body,
    stream: request,
    contentLength: Number.isSafeInteger(length) ? length : null,
  }
}

/** The app's page, the sign-in page, or the trade of a token for a cookie, by which the token leaves the address bar. */
async function servePage(parts: AppParts, request: Request, response: Response): Promise<void> {
  if (parts.client === null) return sendRefusal(response, noPage)
  const token = request.query.token
  await parts.access.confirm(request)
  response.set('cache-control', 'no-store')
  if (typeof token === 'string') {
    const signedIn = parts.access.identify(request) !== null
    const cookie = signedIn ? null : parts.access.signIn(token, parts.access.visitorOf(request))
    if (!signedIn && cookie === null) return sendSignIn(parts, request, response, true)
    if (cookie !== null) response.append('set-cookie', cookie)
    return response.redirect(303, `${request.baseUrl}${pageWithoutToken(request)}`)
  }
  const identity = parts.access.identify(request)
  if (identity === null) return sendSignIn(parts, request, response, false)
  const page = await pageFor(parts, request, identity)
  response
    .status(page === null ? 503 : 200)
    .set('content-security-policy', page === null ? plainPagePolicy : appPolicy)
  response.type('html').send(appBelow(request.baseUrl, page ?? notBuiltPage(languageOf(request))))
}

/** The app's page with the preview of what the address leads to, for a sender who may see that. */
async function pageFor(parts: AppParts, request: Request, identity: Identity): Promise<string | null> {
  const { client, previews, scopes, access, logError } = parts
  const page = client?.page() ?? null
  if (page === null || !previews || request.path === '/') return page
  const scope = scopes?.of(identity) ?? null
  const sees = async (subjects: readonly Subject[]): Promise<boolean> =>
    scope === null || (await scope.roleFor(subjects)) !== 'none'
  try {
    const preview = await previews.find(request.url, languageOf(request), sees)
    const origin = `${ownOrigin(access.reach, request.headers.host)}${request.baseUrl}`
    return preview === null ? page : withPreview(page, preview, origin)
  } catch (error) {
    logError('reading the preview of a link', error)
    return page
  }
}

/** The same page with every other parameter kept. The path is ours: never a redirect to where a request says. */
function pageWithoutToken(request: Request): string {
  const query = new URL(request.url, 'http://localhost').searchParams
  query.delete('token')
  return query.size === 0 ? '/' : `/?${query}`
}

function sendSignIn(parts: AppParts, request: Request, response: Response, wrongToken: boolean): void {
  // A link on another site leads here without our strict cookie; one reload from our own page brings it.
  const again = !wrongToken && request.headers['sec-fetch-site'] === 'cross-site'
  const next = request.path === '/' ? '' : request.url
  const { provider, ways } = parts.access
  if (provider?.isOnlyWay && !wrongToken && !again && !ways.hasPasswords && !ways.hasPasskeys) {
    const query = next === '' ? '' : `?${new URLSearchParams({ next })}`
    response.redirect(303, `${request.baseUrl}/sign-in/provider${query}`)
    return
  }
  response.status(401).set(formHeaders).type('html')
  response.send(
    pageBelow(
      request.baseUrl,
      signInPage({
        language: languageOf(request),
        problem: wrongToken ? 'token' : !again && parts.access.hasCookie(request) ? 'ended' : null,
        again,
        next,
        ...ways,
      }),
    ),
  )
}

/** Addresses of the app are its to read; anything else that no route took is missing. */
async function serveRest(parts: AppParts, request: Request, response: Response): Promise<void> {
  const isPage = isSafeMethod(request.method) && isOfApp(request.path)
  if (isPage && request.accepts('html')) return servePage(parts, request, response)
  await parts.access.confirm(request)
  if (!admit(parts, request, response)) return
  const message = `There is nothing at ${visibleName(request.path)}.`
  await perform(response, refuse({ code: 'missing', status: 404, message }))
}

/** Express knows an error handler by its four parameters. */
function errorHandler(parts: AppParts): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const refusal = refusalOf(error, `${request.method} ${visibleName(request.path)}`)
    if (refusal.status === 500) parts.logError(`${request.method} ${loggedPath(request.path)}`, error)
    if (response.headersSent) response.destroy()
    else sendRefusal(response, refusal)
  }
}
