/** Servers of other programs. Invariant: what is started here is ended here, with its kernels, by its own process group. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { newFolder, removeFolder } from '../../support/program.ts'

/** What signs in: other users of this machine do not know it. */
export const TOKEN = randomBytes(16).toString('hex')

const POLL_MS = 100
/** A server that does not answer for so long is given up. */
const START_MS = 90_000

/** Starts `python words`, with settings and state in a folder of its own, and waits until `ready` answers. */
export async function startServer(
  python: string,
  words: (port: number) => readonly string[],
  ready: string,
): Promise<{ readonly origin: string; stop(): Promise<void> }> {
  const state = await newFolder()
  const port = await freePort()
  const child = spawn(python, words(port), {
    cwd: state,
    env: await environmentIn(state),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      printed = (printed + chunk.toString('utf8')).slice(-4000)
    })
  const stop = async (): Promise<void> => {
    await end(child)
    await removeFolder(state)
  }
  const origin = `http://127.0.0.1:${port}`
  const late = Date.now() + START_MS
  while (!(await answers(`${origin}${ready}`))) {
    if (child.exitCode === null && Date.now() < late) await sleep(POLL_MS)
    else {
      await stop()
      throw new Error(`the server did not start:\n${printed}`)
    }
  }
  return { origin, stop }
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )

/** Of JupyterLab: no question about news covers the page. */
const NOTIFICATIONS = ['jupyter', 'lab', 'user-settings', '@jupyterlab', 'apputils-extension']

/** No setting of the user counts. In marimo, opening a notebook would run it. */
async function environmentIn(state: string): Promise<NodeJS.ProcessEnv> {
  const config = join(state, 'config')
  await mkdir(join(config, 'marimo'), { recursive: true })
  await writeFile(join(config, 'marimo', 'marimo.toml'), '[runtime]\nauto_instantiate = false\n')
  const notifications = join(config, ...NOTIFICATIONS)
  await mkdir(notifications, { recursive: true })
  await writeFile(join(notifications, 'notification.jupyterlab-settings'), '{"fetchNews": "false"}\n')
  return {
    ...process.env,
    HOME: state,
    XDG_CONFIG_HOME: config,
    XDG_DATA_HOME: join(state, 'data'),
    XDG_STATE_HOME: join(state, 'state'),
    XDG_CACHE_HOME: join(state, 'cache'),
    JUPYTER_CONFIG_DIR: join(config, 'jupyter'),
    JUPYTER_DATA_DIR: join(state, 'jupyter'),
    JUPYTER_RUNTIME_DIR: join(state, 'runtime'),
    IPYTHONDIR: join(state, 'ipython'),
  }
}

/** Asks the server to end, then ends what is left of its process group. */
async function end(child: ChildProcess): Promise<void> {
  const { pid } = child
  if (pid === undefined) return
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit')
    signal(-pid, 'SIGTERM')
    await Promise.race([exited, sleep(5000, null, { ref: false })])
  }
  signal(-pid, 'SIGKILL')
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It is gone, which is what is wanted.
  }
}

/** Runs a program to its end; throws with what it printed if it fails. */
export async function runToEnd(program: string, words: readonly string[], cwd: string): Promise<void> {
  const child = spawn(program, words, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString('utf8')
    })
  await once(child, 'close')
  if (child.exitCode !== 0) throw new Error(`${program} ${words.join(' ')} failed:\n${printed}`)
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
