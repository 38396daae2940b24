/** A real JupyterHub with its proxy, which starts this program for each of its users. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, type Page } from '@playwright/test'
import { jupyterPython } from './jupyter-server.ts'
import { freePort } from './proxy.ts'

const root = resolve(import.meta.dirname, '../..')
const TOKEN = 'a-token-of-the-journey'

export interface Hub {
  readonly origin: string
  /** The project folder of a user. */
  project(user: string): Promise<string>
  /** Asks the hub's API as an administrator; the answer's status and JSON. */
  api(
    path: string,
    method?: string,
    body?: object,
  ): Promise<{ readonly status: number; readonly body: unknown }>
  readonly printed: () => string
  end(): Promise<void>
}

export async function startHub(words: readonly string[] = []): Promise<Hub> {
  const dir = await mkdtemp(join(tmpdir(), 'yh-'))
  const [port, apiPort, hubPort] = [await freePort(), await freePort(), await freePort()]
  const origin = `http://127.0.0.1:${port}`
  const config = join(dir, 'jupyterhub_config.py')
  const environment = {
    YESTERDAY_HOME: join(dir, 'user'),
    JUPYTERHUB_ACTIVITY_INTERVAL: '1',
    ...Object.fromEntries(
      Object.entries(process.env).filter(([name]) => /^(YESTERDAY_(TEST|PYTHON)|PATH$)/.test(name)),
    ),
  }
  const command = [process.execPath, join(root, 'server/bin/yesterday.js'), 'hub', ...words]
  const proxy = [
    process.execPath,
    join(root, 'node_modules/configurable-http-proxy/bin/configurable-http-proxy'),
  ]
  const lines = [
    'import json',
    "c.JupyterHub.authenticator_class = 'dummy'",
    'c.Authenticator.allow_all = True',
    "c.JupyterHub.spawner_class = 'simple'",
    `c.JupyterHub.bind_url = '${origin}'`,
    `c.JupyterHub.hub_port = ${hubPort}`,
    `c.JupyterHub.db_url = 'sqlite:///${join(dir, 'hub.sqlite')}'`,
    `c.JupyterHub.cookie_secret_file = '${join(dir, 'cookie')}'`,
    'c.JupyterHub.last_activity_interval = 0',
    `c.ConfigurableHTTPProxy.command = ${JSON.stringify(proxy)}`,
    `c.ConfigurableHTTPProxy.api_url = 'http://127.0.0.1:${apiPort}'`,
    `c.ConfigurableHTTPProxy.pid_file = '${join(dir, 'proxy.pid')}'`,
    `c.SimpleLocalProcessSpawner.home_dir_template = '${dir}/{username}'`,
    `c.Spawner.cmd = ${JSON.stringify(command)}`,
    "c.Spawner.notebook_dir = '~/project'",
    'c.Spawner.http_timeout = 300',
    'c.Spawner.start_timeout = 300',
    `c.Spawner.environment = json.loads(${JSON.stringify(JSON.stringify(environment))})`,
    `c.JupyterHub.services = [{'name': 'judge', 'api_token': '${TOKEN}'}]`,
    "c.JupyterHub.load_roles = [{'name': 'judge', 'services': ['judge'],",
    "  'scopes': ['admin:users', 'admin:servers', 'shares', 'list:users', 'read:hub']}]",
  ]
  await writeFile(config, `${lines.join('\n')}\n`)
  const server = spawn(jupyterPython ?? '', ['-m', 'jupyterhub', '--config', config], {
    cwd: dir,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
    })
  const api: Hub['api'] = async (path, method = 'GET', body) => {
    const answer = await fetch(`${origin}/hub/api/${path}`, {
      method,
      headers: { authorization: `token ${TOKEN}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: await answer.json().catch(() => null) }
  }
  await expect
    .poll(
      () =>
        api('info').then(
          ({ status }) => status,
          () => 0,
        ),
      { message: 'the hub' },
    )
    .toBe(200)
  return {
    origin,
    api,
    printed: () => printed,
    project: async (user) => {
      const folder = join(dir, user, 'project')
      await mkdir(folder, { recursive: true })
      return folder
    },
    end: async () => {
      await endProcess(server)
      await rm(dir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** The hub stops the servers of its users and its proxy. */
async function endProcess(server: ChildProcess): Promise<void> {
  const exited = once(server, 'exit')
  if (server.exitCode === null && server.kill('SIGTERM')) await exited
}

export async function signInAtHub(page: Page, { origin }: Hub, user: string, path: string): Promise<void> {
  await page.goto(`${origin}/hub/login?${new URLSearchParams({ next: path })}`)
  await page.getByLabel('Username').fill(user)
  await page.getByLabel('Password').fill('any password')
  await page.getByRole('button', { name: 'Sign in' }).click()
}
