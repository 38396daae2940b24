/**
 * The HTTP side of the server. The order is the point: headers, then the name we were called by, then the built
 * client, then who asks, then the routes, then one place for errors. Invariant: only the client's files and the
 * sign-in page are served to somebody unknown.
 */
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express'
import type { Access, Identity } from './access.ts'
import { hostAllowed, isSafeMethod, originAllowed } from './gate.ts'
import { notBuiltPage, signInPage } from './pages.ts'
import { appPolicy, commonHeaders, plainPagePolicy, sandboxPolicy } from './policy.ts'
import { perform, refusalBody, refuse } from './reply.ts'
import type { Call, Route } from './route.ts'
import type { StaticFiles } from './static.ts'

export interface AppParts {
  readonly access: Access
  readonly routes: readonly Route[]
  readonly client: StaticFiles
  /** Told of errors that are ours, with what was asked (the path alone: a query may carry a token). */
  readonly logError: (what: string, error: unknown) => void
  /** Closes a person's open sockets. */
  readonly signedOut: (personId: string) => void
}

export const foreignHost = {
  code: 'foreignHost',
  status: 403,
  message: 'This server does not answer to that host name.',
  hint: 'Open it as http://localhost or http://127.0.0.1, or name the proxy in front with --public-url.',
}
export const foreignOrigin = {
  code: 'foreignOrigin',
  status: 403,
  message: 'The request did not come from a page of this server.',
}
export const unknownSender = {
  code: 'signInNeeded',
  status: 401,
  message: 'You are not signed in.',
  hint: 'Open the address that was printed in the terminal where Yesterday was started.',
}

/** Builds the app; it holds no state of its own. */
export function makeApp(parts: AppParts): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('query parser', 'simple')
  app.set('etag', false)
  app.use((request, response, next) => {
    response.set(commonHeaders)
    if (hostAllowed(parts.access.reach, request.headers.host)) next()
    else return perform(response, refuse(foreignHost))
  })
  app.use((request, response, next) => serveClient(parts, request, response, next))
  for (const route of parts.routes) addRoute(app, parts, route)
  app.post('/api/sign-out', (request, response) => signOut(parts, request, response))
  app.get('/', (request, response) => servePage(parts, request, response))
  app.use((request, response) => serveRest(parts, request, response))
  app.use(errorHandler(parts))
  return app
}

async function serveClient(parts: AppParts, request: Request, response: Response, next: () => void) {
  const isFile = isSafeMethod(request.method) && parts.client.has(request.path)
  if (!isFile || request.path === '/index.html') return next()
  const headers: Readonly<Record<string, string>> = request.path.endsWith('.html')
    ? { 'content-security-policy': sandboxPolicy, 'cache-control': 'no-cache' }
    : { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' }
  await parts.client.send(request, response, headers)
}

function addRoute(app: Express, parts: AppParts, route: Route): void {
  const readBody = express.json({ limit: '32mb', strict: false })
  app[route.method](route.path, (request, response, next) => {
    const identity = admit(parts, request, response)
    if (!identity) return
    const answer = async () => perform(response, await route.handle(callOf(request, identity)))
    if (route.raw) return answer()
    readBody(request, response, (error?: unknown) => {
      if (error) next(error)
      else answer().catch(next)
    })
  })
}

/** The request's sender, or null after the refusal was sent. A program's token needs no Origin: no browser sends it. */
function admit(parts: AppParts, request: Request, response: Response): Identity | null {
  const identity = parts.access.identify(request)
  const { origin, host } = request.headers
  const own = originAllowed(parts.access.reach, origin, host)
  const mustBeOwn = origin !== undefined || (!isSafeMethod(request.method) && identity?.by !== 'token')
  const refusal = mustBeOwn && !own ? foreignOrigin : identity ? null : unknownSender
  if (refusal) response.status(refusal.status).set('cache-control', 'no-store').json(refusalBody(refusal))
  return refusal ? null : identity
}

function callOf(request: Request, identity: Identity): Call {
  const length = Number(request.headers['content-length'])
  return {
    person: identity.person,
    mayWrite: true,
    params: request.params,
    query: request.query,
    body: request.body,
    stream: request,
    contentLength: Number.isSafeInteger(length) ? length : null,
  }
}

async function signOut(parts: AppParts, request: Request, response: Response): Promise<void> {
  const identity = admit(parts, request, response)
  if (!identity) return
  response.append('set-cookie', parts.access.signOut(identity.person))
  parts.signedOut(identity.person.id)
  response.status(204).end()
}

/** The app's page, the sign-in page, or the trade of a token for a cookie, by which the token leaves the address bar. */
async function servePage(parts: AppParts, request: Request, response: Response): Promise<void> {
  const token = request.query.token
  response.set('cache-control', 'no-store')
  if (typeof token === 'string') {
    const signedIn = parts.access.identify(request) !== null
    const cookie = signedIn ? null : parts.access.signIn(token)
    if (!signedIn && cookie === null) return sendSignIn(request, response, true)
    if (cookie !== null) response.append('set-cookie', cookie)
    return response.redirect(303, pageWithoutToken(request))
  }
  if (!parts.access.identify(request)) return sendSignIn(request, response, false)
  const page = parts.client.page()
  response
    .status(page === null ? 503 : 200)
    .set('content-security-policy', page === null ? plainPagePolicy : appPolicy)
  response.type('html').send(page ?? notBuiltPage())
}

/** The same page with every other parameter kept. The path is ours: never a redirect to where a request says. */
function pageWithoutToken(request: Request): string {
  const kept = new URL(request.url, 'http://localhost').searchParams
  kept.delete('token')
  return kept.size === 0 ? '/' : `/?${kept}`
}

function sendSignIn(request: Request, response: Response, wrongToken: boolean): void {
  // A link on another site leads here without our strict cookie; one reload from our own page brings it.
  const again = !wrongToken && request.headers['sec-fetch-site'] === 'cross-site'
  response.status(401).set('content-security-policy', plainPagePolicy).type('html')
  response.send(signInPage({ wrongToken, again }))
}

/** Other addresses of the app are its own to read; anything below `/api` that nobody took is missing. */
async function serveRest(parts: AppParts, request: Request, response: Response): Promise<void> {
  const isPage = isSafeMethod(request.method) && !request.path.startsWith('/api/') && request.accepts('html')
  const isPlace = request.path.startsWith('/notebooks/') || !/\.[a-z0-9]+$/i.test(request.path)
  if (isPage && isPlace) return servePage(parts, request, response)
  if (!admit(parts, request, response)) return
  await perform(
    response,
    refuse({ code: 'missing', status: 404, message: `There is nothing at ${request.path}.` }),
  )
}

/** Express knows an error handler by its four parameters. */
function errorHandler(parts: AppParts): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const status = statusOf(error)
    if (status >= 500) parts.logError(`${request.method} ${request.path}`, error)
    if (response.headersSent) return response.destroy()
    const message = status < 500 && error instanceof Error ? error.message : 'The server could not do this.'
    response
      .status(status)
      .json(refusalBody({ code: status < 500 ? 'badRequest' : 'failed', status, message }))
  }
}

/** Errors of the body parser and of sending files carry the status that fits. */
function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('status' in error)) return 500
  return typeof error.status === 'number' && error.status >= 400 && error.status < 600 ? error.status : 500
}
