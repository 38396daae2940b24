/** A real Jupyter Server, behind a proxy that cuts connections. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@playwright/test'

/** A Python with jupyter_server and ipykernel; null where there is none. */
export const jupyterPython = process.env.YESTERDAY_TEST_JUPYTER ?? null
export const TOKEN = 'a-token-for-journeys'

export async function startJupyterServer() {
  const dir = await mkdtemp(join(tmpdir(), 'yj-'))
  const free = createServer()
  const port = await listening(free)
  free.close()
  const words = ['-m', 'jupyter_server', '--no-browser', '--allow-root', `--port=${port}`, '--port-retries=0']
  const settings = [`--IdentityProvider.token=${TOKEN}`, `--ServerApp.root_dir=${dir}`, '--ip=127.0.0.1']
  const env = { ...process.env, JUPYTER_CONFIG_DIR: join(dir, 'config'), JUPYTER_DATA_DIR: join(dir, 'data') }
  const server = spawn(jupyterPython ?? '', [...words, ...settings], { cwd: dir, env, stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}/`
  const headers = { authorization: `token ${TOKEN}` }
  const serves = () =>
    fetch(`${url}api/status`, { headers }).then(
      ({ ok }) => ok,
      () => false,
    )
  await expect.poll(serves).toBe(true)
  const proxy = await cuttingProxy(port)
  const end = async (): Promise<void> => {
    await proxy.end()
    const exited = once(server, 'exit')
    if (server.exitCode === null && server.kill('SIGTERM')) await exited
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  }
  return { url: proxy.url, cut: proxy.cut, end }
}

async function cuttingProxy(port: number) {
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const target = connect(port, '127.0.0.1')
    pass(open, client, target)
    pass(open, target, client)
  })
  const own = await listening(server)
  return {
    url: `http://127.0.0.1:${own}/`,
    cut: (): void => {
      for (const socket of [...open]) socket.resetAndDestroy()
    },
    end: async (): Promise<void> => {
      for (const socket of [...open]) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function pass(open: Set<Socket>, one: Socket, other: Socket): void {
  open.add(one)
  one.pipe(other)
  one.on('error', () => other.destroy())
  one.on('close', () => {
    open.delete(one)
    other.destroy()
  })
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
