/** Notifications by a real SMTP server and a real HTTP receiver: what arrives, what is refused, and what a dead receiver costs. */
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Comment, Thread } from '../../contract/comments.ts'
import { EmailAddress, type NotificationSettings, WebhookUrl } from '../../contract/notifications.ts'
import { NotifyConfig, readNotifyConfig } from '../../src/notify/config.ts'
import { Deliveries } from '../../src/notify/deliveries.ts'
import { Notifier } from '../../src/notify/notifier.ts'
import { isPublicAddress } from '../../src/notify/public-address.ts'
import { sendWebhook, signatureOf } from '../../src/notify/webhook.ts'

interface Received {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

let folder = ''
let receiver: Server
let smtp: SMTPServer
let notifier: Notifier | null = null
let status = 200
const received: Received[] = []
const mails: { readonly to: readonly string[]; readonly text: string }[] = []
const present = new Set<string>()
const removed = new Set<string>()

const portOf = (server: { address(): unknown }): number => {
  const address = server.address()
  if (typeof address !== 'object' || address === null || !('port' in address)) throw new Error('no port')
  return Number(address.port)
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'notify-'))
  status = 200
  for (const list of [received, mails]) list.length = 0
  present.clear()
  removed.clear()
  receiver = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += String(chunk)
    })
    request.on('end', () => {
      received.push({ headers: request.headers, body })
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end()
    })
  })
  receiver.listen(0, '127.0.0.1')
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => {
      let text = ''
      stream.on('data', (chunk: Buffer) => {
        text += String(chunk)
      })
      stream.on('end', () => {
        mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), text })
        done()
      })
    },
  })
  smtp.listen(0, '127.0.0.1')
  await Promise.all([once(receiver, 'listening'), once(smtp.server, 'listening')])
})

afterEach(async () => {
  await notifier?.close()
  notifier = null
  receiver.closeAllConnections()
  receiver.close()
  await new Promise<void>((done) => smtp.close(done))
  rmSync(folder, { recursive: true, force: true })
})

let ids = 0
function open({ allowPrivate = true } = {}): Notifier {
  const config = NotifyConfig.parse({
    smtp: { host: '127.0.0.1', port: portOf(smtp.server), requireTls: false, from: 'yesterday@example.org' },
    webhooks: { allowPrivate },
    url: 'https://lab.example.org',
  })
  notifier = new Notifier({
    config,
    folder,
    project: 'weather',
    newId: () => `id${ids++}`,
    mayRead: (person, { path }) => !removed.has(person) && path.startsWith('labs/'),
    isHere: (person) => present.has(person),
    waitsMs: [5, 5, 5],
  })
  return notifier
}

const all: NotificationSettings = {
  email: null,
  webhook: null,
  kinds: ['mention', 'reply', 'run'],
  language: 'en',
}
const hook = () => `http://127.0.0.1:${portOf(receiver)}/hook`
const [ada, bob, eve] = ['ada', 'bob', 'eve'].map((id) => ({
  id,
  name: id === 'eve' ? 'Eve\r\nBcc: x@y.z' : id,
}))
const place = { document: 'doc1', path: 'labs/a b.ipynb' }

let number = 0
const comment = (author = ada, text = 'Why?', mentions: Comment['mentions'] = []): Comment => ({
  id: `c${number}`,
  number: ++number,
  author: author ?? { id: '', name: '' },
  at: new Date(0).toISOString(),
  edited: null,
  text,
  mentions,
  deleted: false,
})
const threadOf = (...comments: Comment[]): Thread => ({
  id: 't1',
  anchor: { on: 'cell', cell: 'a' },
  quote: '',
  resolved: null,
  comments,
})
const write = (to: Notifier, ...comments: Comment[]): void => {
  const last = comments.at(-1)
  if (last !== undefined) to.commented(place, threadOf(...comments), last)
}

test('a mention arrives by mail and by a signed webhook, and no header can be smuggled in', async () => {
  const to = open()
  to.choose('bob', { ...all, email: 'bob@example.org', webhook: hook() })
  const { secret } = to.stateOf('bob')
  write(to, comment(eve, 'Look at **this**, @bob', [bob ?? { id: '', name: '' }]))
  await vi.waitFor(() => expect([mails.length, received.length]).toEqual([1, 1]))
  expect(mails[0]?.to).toEqual(['bob@example.org'])
  const head = mails[0]?.text.split('\r\n\r\n')[0] ?? ''
  expect(head).toContain('Subject: Eve Bcc: x@y.z mentions you in labs/a b.ipynb')
  expect(head).not.toMatch(/^Bcc:/im)
  expect(mails[0]?.text).toContain('Auto-Submitted: auto-generated')
  const { headers, body } = received[0] ?? { headers: {}, body: '' }
  const [, seconds, digest] =
    /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-yesterday-signature'])) ?? []
  expect(digest).toBe(signatureOf(secret ?? '', Number(seconds), body))
  expect(JSON.parse(body)).toMatchObject({
    kind: 'mention',
    project: 'weather',
    notebook: 'labs/a b.ipynb',
    text: 'Look at **this**, @bob',
    link: 'https://lab.example.org/notebooks/labs/a%20b.ipynb?id=doc1&comment=t1#comment=t1',
  })
})

test('replies reach those who wrote before; runs those who are away; nothing reaches who did not choose it', async () => {
  const to = open()
  to.choose('ada', { ...all, webhook: hook() })
  to.choose('bob', { ...all, webhook: hook(), kinds: ['mention'] })
  const kinds = () => received.map(({ body }) => JSON.parse(body).kind)
  const first = comment(ada)
  write(to, first, comment(bob, 'Because.'))
  await vi.waitFor(() => expect(kinds()).toEqual(['reply']))
  write(to, first, comment(bob), comment(ada, 'Thanks.'))
  const run = { run: 'r1', outcome: 'error', durationMs: 90_000, actor: ada ?? { id: '', name: '' } }
  to.ended(place, { ...run, durationMs: 100 })
  present.add('ada')
  to.ended(place, run)
  present.clear()
  to.ended(place, run)
  await vi.waitFor(() => expect(kinds()).toEqual(['reply', 'run']))
  // The run is in the query as well, so that the link unfurls as what it leads to.
  const link = 'https://lab.example.org/notebooks/labs/a%20b.ipynb?id=doc1&run=r1#run=r1'
  expect(JSON.parse(received.at(-1)?.body ?? '').link).toBe(link)
  to.ended({ ...place, path: 'hidden.ipynb' }, run)
  removed.add('ada')
  to.ended(place, run)
  await vi.waitFor(() => expect(waiting()).toEqual([]))
  expect(kinds()).toEqual(['reply', 'run'])
})

test('a receiver that is down is tried a few times, costs the writer nothing, and its mail waits over a restart', async () => {
  status = 503
  const to = open()
  to.choose('bob', { ...all, webhook: hook() })
  write(to, comment(ada, '@bob', [bob ?? { id: '', name: '' }]))
  await vi.waitFor(() => expect(received.length).toBe(4))
  await vi.waitFor(() => expect(to.stateOf('bob').problem).toBe('the receiver answered 503'))
  await vi.waitFor(() => expect(waiting()).toEqual([]))

  // The mail server is gone: nothing throws, and the mail is delivered by the next server of the project.
  const port = portOf(smtp.server)
  await new Promise<void>((done) => smtp.close(done))
  to.choose('bob', { ...all, email: 'bob@example.org' })
  write(to, comment(ada, '@bob', [bob ?? { id: '', name: '' }]))
  await to.close()
  expect(waiting().length).toBe(1)
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => {
      stream.resume().on('end', () => {
        mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), text: '' })
        done()
      })
    },
  })
  smtp.listen(port, '127.0.0.1')
  await once(smtp.server, 'listening')
  open()
  await vi.waitFor(() => expect(mails.map(({ to: [first] }) => first)).toEqual(['bob@example.org']))
})

const waiting = (): unknown[] => JSON.parse(readFileSync(join(folder, 'notify-waiting.json'), 'utf8'))

test('addresses of this machine and of private networks are refused, by number and by name', async () => {
  const closed = [
    '127.0.0.1',
    '10.1.2.3',
    '169.254.169.254',
    '172.31.0.1',
    '192.168.0.1',
    '100.100.0.1',
    '0.0.0.0',
  ]
  const more = [
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1',
    '2002:7f00:1::',
    'ff02::1',
    '',
  ]
  for (const address of [...closed, ...more]) expect(isPublicAddress(address), address).toBe(false)
  for (const address of ['1.1.1.1', '93.184.216.34', '2606:4700::1111'])
    expect(isPublicAddress(address)).toBe(true)
  const port = portOf(receiver)
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', '0']) {
    const sent = async () => sendWebhook(`http://${host}:${port}/`, 's', 'd', '{}', { allowPrivate: false })
    await expect(sent(), host).rejects.toThrow(/address of this machine/)
  }
  expect(received).toEqual([])
  const to = open({ allowPrivate: false })
  to.choose('bob', { ...all, webhook: hook() })
  write(to, comment(ada, '@bob', [bob ?? { id: '', name: '' }]))
  await vi.waitFor(() => expect(to.stateOf('bob').problem).toMatch(/private network/))
})

test('a redirect is not followed, and a receiver that never answers is left', async () => {
  status = 302
  await expect(sendWebhook(hook(), 's', 'd', '{}', { allowPrivate: true })).rejects.toThrow('answered 302')
  expect(received.length).toBe(1)
  const silent = createServer(() => undefined)
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const url = `http://127.0.0.1:${portOf(silent)}/`
  await expect(sendWebhook(url, 's', 'd', '{}', { allowPrivate: true, timeoutMs: 20 })).rejects.toThrow()
  silent.closeAllConnections()
  silent.close()
})

test('what waits for one person is bounded, and hostile settings are refused', async () => {
  status = 503
  const to = open()
  to.choose('bob', { ...all, webhook: hook() })
  for (let n = 0; n < 300; n++) write(to, comment(ada, '@bob', [bob ?? { id: '', name: '' }]))
  await vi.waitFor(() => expect(waiting().length).toBeGreaterThan(0))
  expect(waiting().length).toBeLessThanOrEqual(100)
  for (const text of ['a@b.c, d@e.f', 'a@b.c\nBcc: x@y.z', '<a@b.c>', 'a b@c.d', '@b.c', 'a'])
    expect(EmailAddress.safeParse(text).success, text).toBe(false)
  for (const text of ['file:///etc/passwd', 'javascript:1', 'gopher://x', '/relative', ''])
    expect(WebhookUrl.safeParse(text).success, text).toBe(false)
  const problems: string[] = []
  expect(readNotifyConfig(folder, (problem) => problems.push(problem)).smtp).toBeUndefined()
  expect(problems).toEqual([])
})

test('a stop waits for what is being delivered, so that it is not delivered twice', async () => {
  const held = Promise.withResolvers<void>()
  let calls = 0
  const init = {
    folder,
    onOutcome: () => undefined,
    send: async () => {
      calls++
      await held.promise
      return undefined
    },
  }
  const deliveries = new Deliveries(init)
  deliveries.add({ id: 'a', person: 'ada', place, way: 'email', subject: '', text: '', body: '' })
  await vi.waitFor(() => expect(calls).toBe(1))
  const closed = deliveries.close()
  held.resolve()
  await closed
  const next = new Deliveries(init)
  expect([next.waiting, calls]).toEqual([0, 1])
  await next.close()
})
