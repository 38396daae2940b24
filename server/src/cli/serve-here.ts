/**
 * The server for one project folder, in this process: from the lock to the last save. Invariant: it is stopped by a
 * signal or by the end of its supervisor, and then saves first.
 */
import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import { resolve } from 'node:path'
import { logFault } from '@yesterday/kernel-bridge/background'
import { type ComposedServer, compose } from '../compose.ts'
import { Front } from '../front.ts'
import { Access } from '../http/access.ts'
import { isLoopback, type Listening, listeningOf } from '../http/listening.ts'
import { LateKernels } from '../late-kernels.ts'
import { Audit } from '../people/audit.ts'
import { Grants } from '../people/grants.ts'
import { MemberTokens } from '../people/member-tokens.ts'
import { OpenIdProvider } from '../people/oidc.ts'
import { readOidcConfig } from '../people/oidc-config.ts'
import { People } from '../people/people.ts'
import { ProgramTokens } from '../people/program-tokens.ts'
import { ProofChecks } from '../people/proof-checks.ts'
import type { IdentityProvider } from '../people/provider.ts'
import { PublicLinkStore } from '../people/public-links.ts'
import { openProject } from '../project.ts'
import { projectKernels } from '../setup/project-kernels.ts'
import { restrictedKernels } from '../setup/restricted-kernels.ts'
import { storePaths } from '../store/project-folder.ts'
import type { Ready } from '../supervisor/supervise.ts'
import { ServerLock, startUrl } from '../user/server-lock.ts'
import { openProjectState } from '../user/user-folder.ts'
import { trustWorkspace } from '../user/workspace.ts'
import { blameRecovery } from '../watchdog/recovery-marker.ts'
import { startWatchdog, watchdogSeconds } from '../watchdog/watchdog.ts'
import { ignoreBrokenPipe, printLines } from './answer.ts'
import { openOrBeginBeside } from './damaged-start.ts'
import { watchHistory } from './history-watch.ts'
import { type HubStart, startedByHub } from './hub-start.ts'
import { openBrowser } from './open-browser.ts'
import { endOnThrown } from './process-faults.ts'
import { FIRST_PORT, type ServeOptions } from './serve-options.ts'

const TRIES = 50
/** One Ctrl-C, or one closed terminal, comes twice: from the terminal and by way of those that started the server. */
const AGAIN_MS = 1_000

/** A failed start, with one line and a hint. */
class StartError extends Error {
  readonly hint: string
  constructor(message: string, hint: string) {
    super(message)
    this.hint = hint
  }
}

/** Serves the folder, after one that crashed with the signal `fault` where that is given; settles when the server listens and has found its kernels. Throws where it cannot start. */
export async function serve(dir: string, options: ServeOptions, fault: string): Promise<void> {
  ignoreBrokenPipe()
  const root = projectRoot(dir)
  const hub = await startedByHub(options)
  const wantedPort = options.port ?? hub?.config.port
  const listening = hub?.listening ?? listeningOf(options)
  const { folder } = storePaths(root)
  if (options.trust) trustWorkspace(folder)
  const lock = await ServerLock.take(root, isLoopback(listening.host) ? listening.host : LOCAL)
  if (!(lock instanceof ServerLock)) throw alreadyServed(root, startUrl(lock))
  process.once('exit', () => lock.release())
  endOnThrown(folder)
  if (fault !== '') blameRecovery(folder, `the server crashed with ${fault}`)
  /** A new one-time token says that the last one let a browser in. */
  const onSignIn: (() => void)[] = []
  const provider = hub?.provider ?? oidcOf(options, root)
  const access = accessOf(root, listening, provider, (token) => {
    lock.update({ token })
    for (const done of onSignIn.splice(0)) done()
  })
  const trust = async (): Promise<void> => {
    trustWorkspace(folder)
    await front.reopen()
    await recover(front)
  }
  const front = await openOrBeginBeside({ root, beside: options.beside, say }, () =>
    Front.open(() => openServer(root, options, { access, trust, hub, onActivity: () => activity?.touch() })),
  )
  const activity = hub?.activity(async () => (await front.opened).isBusy())
  stopWhenAsked(front, lock, hub !== null)
  watch(folder)
  const { port, local, address } = await listenFor(front, wantedPort, listening)
  const tokens = { token: access.startToken, programToken: access.programToken }
  const url = startUrl(lock.update({ port: local, address, ...tokens }))
  if (hub === null) say(options.page ? openPage(root, url) : connectTo(root, url.replace(/\?.*$/, '')))
  else say(`Yesterday serves ${root} to ${hub.config.owner}, through JupyterHub`)
  activity?.start()
  process.send?.({ type: 'ready', port } satisfies Ready)
  if (options.open) {
    const removeFile = openBrowser(url)
    onSignIn.push(removeFile)
    process.once('exit', removeFile)
  }
  await recover(front)
}

const openPage = (root: string, url: string): string =>
  `Yesterday serves ${root}\n\n    ${url}\n\nStop with Ctrl-C; running kernels go on and are found again.`

const connectTo = (root: string, address: string): string =>
  `Yesterday serves ${root} to Jupyter clients, without the page\n\n    ${address}\n\nFor a token: yesterday token NAME. Stop with Ctrl-C.`

interface ServerParts {
  readonly access: Access
  readonly trust: () => Promise<void>
  readonly hub: HubStart | null
  readonly onActivity: () => void
}

async function openServer(
  root: string,
  { python, starter, kernel, page }: ServeOptions,
  { access, trust, hub, onActivity }: ServerParts,
): Promise<ComposedServer> {
  const project = await openProject(root, (problem) => logFault('reading the history', problem))
  project.store.secrets.learn(hub?.secrets ?? [])
  if (project.untrusted !== null) say(RESTRICTED)
  watchHistory({ store: project.store, say })
  const coming = () => projectKernels({ root, python, starter, report: say })
  const kernels = project.untrusted === null ? new LateKernels(coming()) : restrictedKernels
  const client = page ? resolve(import.meta.dirname, '../../../client/dist') : null
  const options = { version: '0.1.0', trust, logError: logFault, ...(kernel && { defaultKernel: kernel }) }
  const { headers = {} } = hub ?? {}
  return compose({ project, access, kernels, client, headers, onActivity, ...options })
}

const RESTRICTED =
  'The history of this folder was made elsewhere: it can be read, and no code runs. Trust it in the page, or start with --trust.'

async function recover(front: Front<ComposedServer>): Promise<void> {
  const opened = await front.opened
  await opened.recover().catch((error: unknown) => logFault('finding the kernels again', error))
}

const oidcOf = ({ oidc }: ServeOptions, root: string): OpenIdProvider | null =>
  oidc === undefined ? null : new OpenIdProvider(readOidcConfig(oidc, root))

function accessOf(
  root: string,
  { reach, addressOf }: Listening,
  provider: IdentityProvider | null,
  onToken: (token: string) => void,
): Access {
  const state = openProjectState(root)
  const people = new People(state)
  const audit = new Audit(state, (error) => logFault('writing the audit log', error))
  const onProblem = (error: unknown): void => logFault('signing in through the provider', error)
  const checks = provider && new ProofChecks({ provider, people, record: audit.record, onProblem })
  checks?.start()
  return new Access({
    people,
    tokens: new ProgramTokens(state),
    memberTokens: new MemberTokens(state, people),
    grants: new Grants(state),
    publicLinks: new PublicLinkStore(state),
    audit,
    provider,
    onProblem,
    ...(checks && { checks }),
    addressOf,
    root,
    reach,
    onToken,
    ...fixedToken(),
  })
}

function projectRoot(dir: string): string {
  const path = resolve(dir)
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat?.isDirectory())
    throw new StartError(`there is no folder ${path}`, 'Name a folder that exists, or make it first.')
  try {
    accessSync(path, constants.W_OK | constants.X_OK)
  } catch {
    throw new StartError(
      `the folder ${path} cannot be written to`,
      'Yesterday keeps its history in .yesterday/ there; choose another folder or change its permissions.',
    )
  }
  return realpathSync(path)
}

const alreadyServed = (root: string, url: string): StartError =>
  new StartError(`${root} is already open in another Yesterday`, `Open it: ${url}`)

const fixedToken = (): { fixedToken: string } | Record<string, never> =>
  process.env.YESTERDAY_TOKEN ? { fixedToken: process.env.YESTERDAY_TOKEN } : {}

/**
 * Listens for people, and where others than this machine can be among them, on loopback for this user's programs too:
 * `local` is the port for these.
 */
async function listenFor(
  front: Front<ComposedServer>,
  wanted: number | undefined,
  { tls, host, addressAt, admits }: Listening,
): Promise<{ readonly port: number; readonly local: number; readonly address: string | null }> {
  if (tls === null && isLoopback(host)) {
    const port = await listen(front.http, wanted, host)
    return { port, local: port, address: addressAt(port) }
  }
  const server = tls === null ? createServer() : createTlsServer({ ...tls, minVersion: 'TLSv1.2' })
  server.on('connection', (socket) => {
    if (!admits(socket.remoteAddress)) socket.destroy()
  })
  front.answer(server)
  const port = await listen(server, wanted, host)
  const local = (await listenOn(front.http, 0, LOCAL)) ?? fail(0)
  return { port, local, address: addressAt(port) }
}

/** Where this user's programs find a server that listens for others. */
const LOCAL = '127.0.0.1'

/** The port that was asked for, or the first free one. */
async function listen(server: Server | TlsServer, port: number | undefined, host: string): Promise<number> {
  if (port !== undefined) return (await listenOn(server, port, host)) ?? fail(port)
  for (let candidate = FIRST_PORT; candidate < FIRST_PORT + TRIES; candidate++) {
    const taken = await listenOn(server, candidate, host)
    if (taken !== null) return taken
  }
  return (await listenOn(server, 0, host)) ?? fail(0)
}

function fail(port: number): never {
  throw new StartError(
    `port ${port} is in use by another program`,
    'Choose another with --port, or leave --port out to take the first free one.',
  )
}

/** The port that it got; null when it is taken. */
function listenOn(server: Server | TlsServer, port: number, host: string): Promise<number | null> {
  const { promise, resolve: settle, reject } = Promise.withResolvers<number | null>()
  const refused = (error: NodeJS.ErrnoException) =>
    error.code === 'EADDRINUSE' ? settle(null) : reject(error)
  server.once('error', refused)
  server.listen(port, host, () => {
    const address = server.address()
    settle(typeof address === 'object' && address !== null ? address.port : port)
  })
  return promise.finally(() => server.off('error', refused))
}

function watch(folder: string): void {
  const seconds = watchdogSeconds(process.env)
  if (seconds !== null) startWatchdog(folder, seconds)
}

/** Kernels live on, unless `endsKernels`: a hub that stops a server frees what it uses. */
function stopWhenAsked(front: Front<ComposedServer>, lock: ServerLock, endsKernels: boolean): void {
  let since: number | null = null
  const stop = (signal: NodeJS.Signals) => {
    if (since !== null) {
      if (signal === 'SIGINT' && performance.now() - since > AGAIN_MS) process.exit(130)
      return
    }
    since = performance.now()
    say('Saving and stopping …')
    const ended = endsKernels ? front.opened.then((opened) => opened.shutDownKernels()) : Promise.resolve()
    ended
      .then(() => front.close())
      .then(
        () => {
          lock.release()
          process.exit(0)
        },
        (error: unknown) => {
          logFault('stopping', error)
          process.exit(1)
        },
      )
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
  // The supervisor is gone: without it this process would never end.
  process.on('disconnect', () => stop('SIGHUP'))
  process.channel?.unref()
}

const say = (line: string): void => printLines([line])
