/** `yesterday [serve] [DIR]`: the server for one project folder, until Ctrl-C. Kernels live on after it. */
import { spawn } from 'node:child_process'
import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import type { Server } from 'node:http'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { compose, type House } from '../compose.ts'
import { makePrivateFolder } from '../http/people.ts'
import { LateKernels } from '../late-kernels.ts'
import { ServerLock, startUrl } from '../server-lock.ts'
import { projectKernels } from '../setup/project-kernels.ts'
import { FOLDER } from '../store/project-folder.ts'
import { goOnUnheard } from './answer.ts'
import { portNumber } from './option-values.ts'

const FIRST_PORT = 8888
const TRIES = 50
/** One Ctrl-C, or one closed terminal, comes twice: from the terminal and by way of those that started the server. */
const AGAIN_MS = 1_000

const Options = z.object({
  port: z.number().optional(),
  host: z.string().default('127.0.0.1'),
  open: z.boolean().default(true),
  python: z.string().optional(),
  starter: z.boolean().default(false),
})
type Options = z.infer<typeof Options>

/** A start that cannot be, told in one line and a hint. */
class StartError extends Error {
  readonly hint: string
  constructor(message: string, hint: string) {
    super(message)
    this.hint = hint
  }
}

/** Adds the command; it is the one that runs when none is named. */
export function registerServe(program: Command): void {
  program
    .command('serve', { isDefault: true })
    .argument('[dir]', 'the project folder', '.')
    .description('start the notebook for a folder')
    .option('--port <number>', `the port (default: the first free one from ${FIRST_PORT})`, portNumber)
    .option('--host <address>', 'the loopback address to listen on', '127.0.0.1')
    .option('--no-open', 'do not open a browser')
    .option('--python <path>', 'the Python whose ipykernel runs the cells')
    .option(
      '--starter',
      'with numpy, pandas, matplotlib, scikit-learn, duckdb and xxhash in a new environment',
    )
    .action(async (dir: string, raw: unknown) => {
      try {
        await serve(dir, Options.parse(raw))
      } catch (thrown) {
        process.stderr.write(`${explain(thrown)}\n`)
        process.exitCode = 1
      }
    })
}

function explain(thrown: unknown): string {
  const hint = thrown instanceof Error && 'hint' in thrown ? `\n  ${String(thrown.hint)}` : ''
  return `yesterday: ${thrown instanceof Error ? thrown.message : String(thrown)}${hint}`
}

async function serve(dir: string, options: Options): Promise<void> {
  goOnUnheard()
  const root = projectRoot(dir)
  if (!isLoopback(options.host))
    throw new StartError(
      `${options.host} is not a loopback address`,
      'Yesterday listens on this machine only; put a tunnel (ssh -L) in front of it for others.',
    )
  const folder = join(root, FOLDER)
  makePrivateFolder(folder)
  const lock = await ServerLock.take(folder, options.host)
  if (!(lock instanceof ServerLock)) throw alreadyServed(root, startUrl(lock))
  process.once('exit', () => lock.release())
  const kernels = new LateKernels(
    projectKernels({ root, python: options.python, starter: options.starter, report: say }),
  )
  const house = await compose({
    root,
    kernels,
    client: resolve(import.meta.dirname, '../../../client/dist'),
    host: options.host,
    version: '0.1.0',
    ...fixedToken(),
    onToken: (token) => void lock.update({ token }),
    logError,
  })
  stopOnSignal(house, lock)
  const port = await listen(house.http, options)
  const url = startUrl(lock.update({ port, token: house.access.startToken }))
  say(
    `Yesterday serves ${root}\n\n    ${url}\n\nStop with Ctrl-C; running kernels go on and are found again.`,
  )
  if (options.open) openBrowser(url)
  await house.recover().catch((error: unknown) => logError('finding the kernels again', error))
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

const isLoopback = (host: string): boolean => /^(?:127\.\d+\.\d+\.\d+|localhost|::1)$/.test(host)

const alreadyServed = (root: string, url: string): StartError =>
  new StartError(`${root} is already open in another Yesterday`, `Open it: ${url}`)

const fixedToken = (): { fixedToken: string } | Record<string, never> =>
  process.env.YESTERDAY_TOKEN ? { fixedToken: process.env.YESTERDAY_TOKEN } : {}

/** The port that was asked for, or the first free one. */
async function listen(server: Server, { port, host }: Options): Promise<number> {
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
function listenOn(server: Server, port: number, host: string): Promise<number | null> {
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

function stopOnSignal(house: House, lock: ServerLock): void {
  let since: number | null = null
  const stop = (signal: NodeJS.Signals) => {
    if (since !== null) {
      if (signal === 'SIGINT' && performance.now() - since > AGAIN_MS) process.exit(130)
      return
    }
    since = performance.now()
    say('Saving and stopping …')
    house.close().then(
      () => {
        lock.release()
        process.exit(0)
      },
      (error: unknown) => {
        logError('stopping', error)
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
}

function openBrowser(url: string): void {
  const [program, ...words] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['explorer', url]
        : ['xdg-open', url]
  if (program === undefined) return
  const child = spawn(program, words, { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function logError(what: string, error: unknown): void {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), what, error: detail })}\n`)
}
