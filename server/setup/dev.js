/**
 * `npm run dev [-- FOLDER]`: one address for work on Yesterday itself. Vite serves the page with hot reload and passes
 * everything else to the server, which starts again when its sources change. Kernels go on meanwhile.
 */
import { spawn } from 'node:child_process'
import { existsSync, watch } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { environment, home, packagedNode, say } from './command.js'
import { buildClient, installPackages } from './install.js'

const HOST = '127.0.0.1'
const FIRST_PORT = 5173
const WATCHED = ['server/src', 'server/contract', 'kernel-bridge/src', 'kernel-bridge/agent/yesterday_agent']
/** An editor writes a file in several steps, and several files at once, ms. */
const SETTLE_MS = 100

function freePort() {
  return new Promise((settle) => {
    const probe = createServer().listen(0, HOST, () => {
      const { port } = probe.address()
      probe.close(() => settle(port))
    })
  })
}

/** The server's process. `restart` waits for the end of the one before it, so that two never hold the folder. */
class DevServer {
  #words
  #show
  #child = null
  #wanted = true
  #exited = Promise.resolve()

  /** `show` gets what the server prints. */
  constructor(words, show) {
    this.#words = words
    this.#show = show
  }

  start() {
    // Served without a supervisor: a fault in the sources is shown once, and the next change tries again.
    const child = spawn(packagedNode(), [join(home, 'server/bin/yesterday.js'), ...this.#words], {
      stdio: ['inherit', 'pipe', 'inherit', 'ipc'],
      env: { ...environment, YESTERDAY_SUPERVISED: '' },
    })
    this.#child = child
    child.stdout.setEncoding('utf8').on('data', this.#show)
    this.#exited = new Promise((settle) => child.once('exit', settle))
    child.once('exit', (code) => {
      if (this.#child === child) this.#child = null
      if (this.#wanted && code !== 0)
        say(`The server ended with exit code ${code}. It starts again after the next change.`)
    })
  }

  async restart() {
    this.#child?.kill('SIGTERM')
    await this.#exited
    if (this.#wanted) this.start()
  }

  async stop() {
    this.#wanted = false
    this.#child?.kill('SIGTERM')
    await this.#exited
  }
}

/** Calls `changed` once after each burst of changes below the watched folders. */
function watchSources(changed) {
  let timer
  for (const folder of WATCHED)
    watch(join(home, folder), { recursive: true }, (_, name) => {
      if (!/\.(ts|js|py)$/.test(name ?? '')) return
      clearTimeout(timer)
      timer = setTimeout(() => changed(join(folder, name)), SETTLE_MS)
    })
}

async function startPage(serverPort) {
  process.env.YESTERDAY_DEV_SERVER = `http://${HOST}:${serverPort}`
  const vite = await import('vite')
  const page = await vite.createServer({
    root: join(home, 'client'),
    server: { host: HOST, port: FIRST_PORT },
    logLevel: 'warn',
  })
  await page.listen()
  return { page, origin: `http://${HOST}:${page.httpServer.address().port}` }
}

async function main(words) {
  await installPackages()
  // The frames of outputs keep the policies of the server, so they come from a build.
  if (!existsSync(join(home, 'client/dist/sandbox/static.html'))) await buildClient()
  const from = process.env.INIT_CWD ?? process.cwd()
  const named = words.some((word) => !word.startsWith('-'))
  const serverPort = await freePort()
  const { page, origin } = await startPage(serverPort)
  const show = (text) => process.stdout.write(text.replaceAll(`http://${HOST}:${serverPort}`, origin))
  const place = named ? words : [resolve(from), ...words]
  const options = ['--no-open', '--host', HOST, '--port', String(serverPort)]
  const server = new DevServer(['serve', ...place, ...options], show)
  server.start()
  let restarts = Promise.resolve()
  watchSources((file) => {
    say(`${file} changed: the server starts again`)
    restarts = restarts.then(() => server.restart())
  })
  const stop = async () => {
    await server.stop()
    await page.close()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop)
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  console.error(`\nyesterday: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
