/** A real Jupyter Server for tests, and a proxy before it that cuts connections. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { seconds } from '../../server/setup/patience.js'

/** A Python with jupyter_server and ipykernel; null where there is none. */
export const jupyterPython = process.env.YESTERDAY_TEST_JUPYTER ?? null
export const whyNoJupyter =
  jupyterPython === null ? ' (skipped: set YESTERDAY_TEST_JUPYTER to a Python with jupyter_server)' : ''

export const TOKEN = 'a-token-for-tests'

export async function startJupyterServer() {
  const dir = await mkdtemp(join(tmpdir(), 'yj-'))
  const port = await freePort()
  const words = [
    ...['-m', 'jupyter_server', '--no-browser', '--allow-root', `--port=${port}`, '--port-retries=0'],
    ...[`--IdentityProvider.token=${TOKEN}`, `--ServerApp.root_dir=${dir}`, '--ip=127.0.0.1'],
  ]
  const env = { ...process.env, JUPYTER_CONFIG_DIR: join(dir, 'config'), JUPYTER_DATA_DIR: join(dir, 'data') }
  const server = spawn(jupyterPython ?? '', words, { cwd: dir, env, stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}/`
  await untilServed(`${url}api/status`)
  const kernels = async (): Promise<readonly { id: string }[]> => {
    const answer = await fetch(`${url}api/kernels`, { headers: { authorization: `token ${TOKEN}` } })
    return (await answer.json()) as readonly { id: string }[]
  }
  const end = async (): Promise<void> => {
    for (const { id } of await kernels().catch(() => []))
      await fetch(`${url}api/kernels/${id}`, {
        method: 'DELETE',
        headers: { authorization: `token ${TOKEN}` },
      })
    const exited = once(server, 'exit')
    if (server.exitCode === null && server.kill('SIGTERM')) await exited
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  }
  return { url, port, dir, kernels, end }
}

/** Needs no test runner: benchmarks start servers as well. */
async function untilServed(url: string): Promise<void> {
  const headers = { authorization: `token ${TOKEN}` }
  const until = Date.now() + seconds(30)
  while (!(await fetch(url, { headers }).catch(() => null))?.ok) {
    if (Date.now() > until) throw new Error(`The Jupyter server at ${url} does not answer.`)
    await setTimeout(100)
  }
}

/** Passes connections to the port, until they are cut. */
export async function cuttingProxy(port: number) {
  const open = new Set<Socket>()
  let isDown = false
  const server = createServer((client) => {
    if (isDown) {
      client.destroy()
      return
    }
    const target = connect(port, '127.0.0.1')
    for (const [one, other] of [
      [client, target],
      [target, client],
    ] as const) {
      open.add(one)
      one.setNoDelay()
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
    }
  })
  const own = await listening(server)
  return {
    url: `http://127.0.0.1:${own}/`,
    /** Cuts what is open; what is on its way is lost. */
    cut: (): void => {
      for (const socket of [...open]) socket.resetAndDestroy()
    },
    /** While it is down, nothing gets through. */
    setDown: (down: boolean): void => {
      isDown = down
    },
    connections: () => open.size,
    end: async (): Promise<void> => {
      for (const socket of [...open]) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listening(server)
  server.close()
  await once(server, 'close')
  return port
}

async function listening(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
