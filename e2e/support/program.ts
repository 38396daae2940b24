/**
 * The running program, as a person starts it. Invariant: whatever is started here is ended here, by its own pid, its
 * kernels too.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { problemsIn } from '../../server/setup/nbformat-judge.js'

const root = resolve(import.meta.dirname, '../..')
const command = join(root, 'server/bin/yesterday.js')

/** Keys and trust of the tests are not the user's. */
const ownUserFolder = { YESTERDAY_HOME: process.env.YESTERDAY_HOME ?? join(root, 'e2e/.build/user') }

/** A server on a folder. `url` is the address with its one-time token, `origin` the address alone. */
export interface Program {
  readonly url: string
  readonly origin: string
  readonly folder: string
  readonly pid: number
  /** All that it printed so far. */
  readonly printed: () => string
  /** Closes what it prints to, as a terminal or a pipe that is gone. */
  leave(): void
  /** Ends it as the system does, or with a terminal that is closed. */
  stop(signal?: 'SIGTERM' | 'SIGHUP'): Promise<void>
  /** Ends it as a power cut does: the server, and the supervisor that would start it again. */
  kill(): Promise<void>
  /** Ends the supervisor alone. */
  killSupervisor(): Promise<void>
  /** The processes of the server, which the supervisor started. */
  serverPids(): Promise<readonly number[]>
}

/** A new empty folder for one test. */
export const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'yesterday-'))

export interface StartOptions {
  readonly port?: number
  /** Another user of this machine, with a home of their own; only root may choose one. */
  readonly as?: { readonly uid: number; readonly home: string }
  /** Jupyter's data folder, with kernelspecs. */
  readonly jupyterData?: string
  /** More of the environment. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** More words of the command. */
  readonly words?: readonly string[]
}

/** Starts the server on `folder` and waits for its address; rejects with what it printed when it ends first. */
/** Settings of a person are for all projects: here each folder has its own. */
const settingsOf = (folder: string): string => `${folder}.settings.json`

export async function startProgram(folder: string, options: StartOptions = {}): Promise<Program> {
  const { as, jupyterData, env = {}, words = [] } = options
  const child = spawn(
    process.execPath,
    [command, 'serve', folder, '--no-open', '--port', String(options.port ?? 0), ...words],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        ...ownUserFolder,
        YESTERDAY_SETTINGS: settingsOf(folder),
        NO_COLOR: '1',
        ...(as === undefined ? {} : { HOME: as.home, YESTERDAY_HOME: join(as.home, 'yesterday') }),
        ...(jupyterData === undefined ? {} : { JUPYTER_DATA_DIR: jupyterData }),
        ...env,
      },
      ...(as === undefined ? {} : { uid: as.uid, gid: as.uid }),
    },
  )
  let printed = ''
  const keep = (chunk: Buffer) => {
    printed += chunk.toString('utf8')
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const url = await addressOf(child, () => printed)
  const { pid } = child
  if (pid === undefined) throw new Error('the server has no pid')
  return {
    url,
    origin: new URL(url).origin,
    folder,
    pid,
    printed: () => printed,
    leave: () => {
      child.stdout.destroy()
      child.stderr.destroy()
    },
    stop: (signal = 'SIGTERM') => end(child, signal),
    kill: async () => {
      // The supervisor sleeps while its server is killed.
      child.kill('SIGSTOP')
      for (const server of await childrenOf(pid)) killPid(server)
      await end(child, 'SIGKILL')
    },
    killSupervisor: () => end(child, 'SIGKILL'),
    serverPids: () => childrenOf(pid),
  }
}

async function addressOf(child: ChildProcess, printed: () => string): Promise<string> {
  const found = Promise.withResolvers<string>()
  const look = () => {
    // A refusal may name the address of another server.
    const match = /serves [\s\S]*?(https?:\/\/\S+token=\S+)/.exec(printed())
    if (match?.[1]) found.resolve(match[1])
  }
  child.stdout?.on('data', look)
  child.stderr?.on('data', look)
  child.once('exit', (code) =>
    found.reject(new Error(`the server ended with ${code} before it was ready:\n${printed()}`)),
  )
  return found.promise
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}

/** Processes that this one started and that have not ended; none where the process is gone. */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const listed =
    process.platform === 'linux'
      ? await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
      : spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).stdout
  return listed.split(/\s+/).filter(Boolean).map(Number)
}

/**
 * The end of a test's folder: what outlived the server is removed. Throws if nbformat refuses a notebook in it.
 * `invalid`: those that the test made so on purpose, as paths below the folder.
 */
export async function discard(
  folder: string,
  { invalid = [] }: { readonly invalid?: readonly string[] } = {},
): Promise<void> {
  await endKernels(folder)
  const problems = await problemsIn(folder, { invalid })
  await removeFolder(folder)
  if (problems.length > 0) throw new Error(`notebooks that nbformat refuses: ${problems.join('; ')}`)
}

/** Ends the kernels that outlived the server and removes the folder. */
export async function removeFolder(folder: string): Promise<void> {
  await endKernels(folder)
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  await rm(settingsOf(folder), { force: true })
}

/** Ends the kernels of a folder: by design they outlive their server. */
export async function endKernels(folder: string): Promise<void> {
  for (const pid of await kernelPids(folder)) killPid(pid)
}

function killPid(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It was gone already, which is what is wanted.
  }
}

/** Process ids of ipykernel processes whose connection files lie in this folder. */
export async function kernelPids(folder: string): Promise<number[]> {
  if (process.platform !== 'linux') return []
  const found: number[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const line = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')
    if (line.includes(folder) && line.includes('ipykernel')) found.push(Number(name))
  }
  return found
}

/** A command that can be killed as a power cut does. */
export interface Begun {
  /** What it printed on stdout so far. */
  readonly printed: () => string
  /** Settles with the exit code; null if it was killed. */
  readonly ended: Promise<number | null>
  kill(): Promise<void>
}

/** Begins a command of the program. */
export function beginCommand(args: readonly string[]): Begun {
  const env = { ...process.env, ...ownUserFolder }
  const child = spawn(process.execPath, [command, ...args], { env, stdio: ['ignore', 'pipe', 'ignore'] })
  let stdout = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8')
  })
  const ended = once(child, 'close').then(() => child.exitCode)
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  return { printed: () => stdout, ended, kill }
}

/** Runs a command of the program to its end. */
export async function runCommand(
  args: readonly string[],
  more: Readonly<Record<string, string | undefined>> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, ...ownUserFolder, ...more }
  const child = spawn(process.execPath, [command, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8')
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8')
  })
  await once(child, 'close')
  return { code: child.exitCode ?? -1, stdout, stderr }
}
