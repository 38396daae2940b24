/** A server that others can reach: a browser and a socket by TLS, this user's programs on loopback. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { request } from 'node:https'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { ServerLock } from '../../src/user/server-lock.ts'
import { newFolder, start } from './program.ts'

const tls = join(import.meta.dirname, '..', 'http', 'tls')
const [cert, key] = [join(tls, 'localhost-cert.pem'), join(tls, 'localhost-key.pem')]
const ca = readFileSync(cert)
const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** Starts a server and settles with the address that it prints. */
async function serve(...words: readonly string[]): Promise<{ readonly root: string; readonly url: URL }> {
  const root = await newFolder()
  const notebook = { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 }
  await writeFile(join(root, 'a.ipynb'), JSON.stringify(notebook))
  const program = join(import.meta.dirname, '../../bin/yesterday.js')
  const child = spawn(process.execPath, [program, 'serve', root, '--no-open', '--port', '0', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  ends.push(async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  })
  let printed = ''
  const { promise, resolve, reject } = Promise.withResolvers<URL>()
  child.stdout.on('data', (data) => {
    printed += data
    const [address] = /https?:\/\/\S+token=\S+/.exec(printed) ?? []
    if (address !== undefined) resolve(new URL(address))
  })
  child.stderr.resume()
  child.once('exit', () => reject(new Error(`no address was printed: ${printed}`)))
  return { root, url: await promise }
}

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
}

function get(url: URL, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const sent = request(url, { ca, headers, servername: 'localhost' }, (response) => {
    response.resume()
    resolve({ status: response.statusCode, headers: response.headers })
  })
  sent.on('error', reject).end()
  return promise
}

test('TLS: the link signs in with a secure cookie, sockets open, and plain HTTP is not spoken', async () => {
  const { root, url } = await serve('--host', '0.0.0.0', '--tls-cert', cert, '--tls-key', key)
  expect(url.protocol).toBe('https:')
  const entered = await get(url)
  expect(entered.status).toBe(303)
  const [cookie = ''] = entered.headers['set-cookie'] ?? []
  expect(cookie).toMatch(/^__Host-yesterday-.*HttpOnly; Secure; SameSite=Strict$/)
  const [pair = ''] = cookie.split(';')
  const opened = await get(new URL('/api/me', url), { cookie: pair })
  expect(opened.status).toBe(200)
  expect((await get(new URL('/api/me', url), { cookie: pair, host: 'evil.example' })).status).not.toBe(200)
  await expect(fetch(url.href.replace('https:', 'http:'))).rejects.toThrow()

  const socketOf = (origin: string) =>
    new WebSocket(new URL('/api/notebooks/none/session', url).href.replace('https', 'wss'), {
      ca,
      origin,
      headers: { cookie: pair },
    })
  const refused = socketOf(url.origin.replace('https', 'http'))
  const [, { statusCode }] = await once(refused, 'unexpected-response')
  expect(statusCode).toBe(403)
  const taken = socketOf(url.origin)
  await once(taken, 'open')
  taken.terminate()

  // This user's programs are on loopback; a second start prints a new public link.
  const holder = await ServerLock.holder(root)
  const local = `http://127.0.0.1:${holder?.port}/api/me`
  const program = await fetch(local, { headers: { authorization: `token ${holder?.programToken}` } })
  expect(program.status).toBe(200)
  const again = await start({ cwd: root, env: {} }, ['serve', root, '--no-open'])
  const [link = ''] = /https:\S+token=\S+/.exec(again.err) ?? []
  expect((await get(new URL(link))).status).toBe(303)
})

test('an address that others reach without TLS is refused with what to use instead', async () => {
  const root = await newFolder()
  ends.push(() => rm(root, { recursive: true, force: true }))
  const { code, err } = await start({ cwd: root, env: {} }, ['serve', root, '--no-open', '--host', '0.0.0.0'])
  expect(code).toBe(1)
  expect(err).toContain('yesterday serve --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem')
})
