#!/usr/bin/env node
/**
 * Takes the place of `jupyter-lab` and `jupyter-server` for the tests of others: reads what they configure (token, folder,
 * port, default kernel) and starts this program instead. YESTERDAY_JUDGE_PROGRAM is the program's file. The tests run in
 * a simulated page of another origin, which the server refuses, so a proxy takes the origin away.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const { JUPYTER_CONFIG_DIR, JUPYTER_DATA_DIR, YESTERDAY_JUDGE_PROGRAM = '' } = process.env
const home = mkdtempSync(join(tmpdir(), 'judge-home-'))

/** The value of `--NAME=VALUE` or `--NAME VALUE`. */
function option(name) {
  const words = process.argv.slice(2)
  const place = words.findIndex((word) => word === `--${name}` || word.startsWith(`--${name}=`))
  if (place < 0) return undefined
  return words[place].includes('=') ? words[place].slice(words[place].indexOf('=') + 1) : words[place + 1]
}

function configured() {
  try {
    return JSON.parse(readFileSync(join(JUPYTER_CONFIG_DIR ?? '', 'jupyter_server_config.json'), 'utf8'))
  } catch {
    return {}
  }
}

const config = configured()
const token = option('IdentityProvider.token') ?? config.ServerApp?.token ?? 'a-token-for-judges'
const root =
  option('ServerApp.root_dir') ?? config.ServerApp?.root_dir ?? mkdtempSync(join(tmpdir(), 'judge-'))
const kernel = config.MultiKernelManager?.default_kernel_name

const child = spawn(
  process.execPath,
  [
    YESTERDAY_JUDGE_PROGRAM,
    ...['bridge', root, '--no-restart', '--port', '0'],
    ...(kernel ? ['--kernel', kernel] : []),
  ],
  {
    env: {
      ...process.env,
      HOME: process.env.HOME ?? home,
      YESTERDAY_HOME: join(home, 'yesterday'),
      YESTERDAY_TOKEN: token,
      ...(JUPYTER_DATA_DIR && { JUPYTER_PATH: JUPYTER_DATA_DIR }),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  },
)
let printed = ''
child.stdout.on('data', (chunk) => {
  printed += chunk
  const [, port] = /http:\/\/127\.0\.0\.1:(\d+)\//.exec(printed) ?? []
  if (port !== undefined && !proxy.listening) listen(Number(port))
})
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code) => process.exit(code ?? 1))

/** The request for the server behind. */
function passedOn({ method, url, headers }, port) {
  const { origin: _, host: __, ...rest } = headers
  return request({
    host: '127.0.0.1',
    port,
    method,
    path: url,
    headers: { ...rest, host: `127.0.0.1:${port}` },
  })
}

const proxy = createServer()

function listen(port) {
  proxy.on('request', (asked, answer) => {
    const passed = passedOn(asked, port)
    passed.on('response', (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers)
      got.pipe(answer)
    })
    passed.on('error', () => answer.destroy())
    asked.pipe(passed)
  })
  proxy.on('upgrade', (asked, socket) => {
    const passed = passedOn(asked, port)
    const refuse = () => socket.destroy()
    passed.on('upgrade', ({ rawHeaders, statusMessage }, behind, head) => {
      const lines = [`HTTP/1.1 101 ${statusMessage}`]
      for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`)
      socket.write(`${lines.join('\r\n')}\r\n\r\n`)
      behind.unshift(head)
      socket.pipe(behind).pipe(socket)
      socket.on('error', () => behind.destroy())
      behind.on('error', () => socket.destroy())
    })
    passed.on('response', refuse)
    passed.on('error', refuse)
    passed.end()
  })
  proxy.listen(Number(option('port') ?? 0), '127.0.0.1', () => {
    process.stdout.write(`http://localhost:${proxy.address().port}/\n`)
  })
}
