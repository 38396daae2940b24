/** Where a server may listen, and by which names it is reached. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { originAllowed } from '../../src/http/gate.ts'
import { ListeningError, type ListeningOptions, listeningOf } from '../../src/http/listening.ts'

const tls = {
  tlsCert: join(import.meta.dirname, 'tls', 'localhost-cert.pem'),
  tlsKey: join(import.meta.dirname, 'tls', 'localhost-key.pem'),
}
const proxied = { publicUrl: 'https://notebook.example', trustedProxy: ['10.0.0.0/8'] }

describe('what is refused, with what to do', () => {
  test.each([
    [{ host: '0.0.0.0' }, /0\.0\.0\.0 can be reached by others/, /--host 0\.0\.0\.0 --tls-cert/],
    [{ host: '192.168.1.5', publicUrl: proxied.publicUrl }, /can be reached by others/, /--trusted-proxy/],
    [{ host: '192.168.1.5', trustedProxy: ['10.0.0.1'] }, /can be reached by others/, /--public-url/],
    [{ host: '127.0.0.1', trustedProxy: ['10.0.0.1'] }, /needs the address/, /--public-url/],
    [{ host: '0.0.0.0', tlsCert: tls.tlsCert }, /certificate and its key/, /--tls-key/],
    [{ host: '0.0.0.0', ...tls, tlsKey: '/no/such/key.pem' }, /cannot be read/, /PEM/],
    [
      { host: '0.0.0.0', tlsCert: tls.tlsKey, tlsKey: tls.tlsKey },
      /is not a certificate/,
      /BEGIN CERTIFICATE/,
    ],
    [{ host: '0.0.0.0', tlsCert: tls.tlsCert, tlsKey: tls.tlsCert }, /is not a private key/, /passphrase/],
    [{ host: '0.0.0.0', ...proxied, publicUrl: 'http://notebook.example' }, /not an address/, /https/],
    [
      { host: '0.0.0.0', ...proxied, publicUrl: 'https://a.example/a path' },
      /not an address/,
      /perhaps a port and a path/,
    ],
    [
      { host: '0.0.0.0', ...proxied, publicUrl: 'https://a.example/api/team' },
      /a path of the server's own/,
      /another path/,
    ],
    [{ host: '0.0.0.0', ...proxied, publicUrl: 'https://me@a.example' }, /not an address/, /https/],
    ...['10.0.0.0/33', 'proxy', '10.0.0.0/x', '::1/129', ''].map(
      (block) =>
        [
          { host: '0.0.0.0', ...proxied, trustedProxy: [block] },
          /no address and no CIDR/,
          /10\.0\.0\.7/,
        ] as const,
    ),
  ] as const)('%j', (options, message, hint) => {
    const error = thrownBy(options)
    expect(error.message).toMatch(message)
    expect(error.hint).toMatch(hint)
  })
})

function thrownBy(options: ListeningOptions): ListeningError {
  try {
    listeningOf(options)
  } catch (error) {
    if (error instanceof ListeningError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

test('loopback needs nothing, and has plain origins', () => {
  const { tls: none, reach, addressAt, admits } = listeningOf({ host: '127.0.0.1' })
  expect([none, addressAt(8888), admits('127.0.0.1')]).toEqual([null, null, true])
  expect(originAllowed(reach, 'http://localhost:8888', 'localhost:8888')).toBe(true)
  expect(originAllowed(reach, 'https://localhost:8888', 'localhost:8888')).toBe(false)
})

test('with TLS the names of the certificate are reached by https alone', () => {
  const { reach, addressAt, admits } = listeningOf({ host: '0.0.0.0', ...tls })
  expect(addressAt(8443)).toBe('https://localhost:8443')
  expect(originAllowed(reach, 'https://notebook.test:8443', 'notebook.test:8443')).toBe(true)
  expect(originAllowed(reach, 'http://notebook.test:8443', 'notebook.test:8443')).toBe(false)
  expect(originAllowed(reach, 'https://a.wild.test:8443', 'a.wild.test:8443')).toBe(false)
  expect(originAllowed(reach, 'https://0.0.0.0:8443', '0.0.0.0:8443')).toBe(false)
  expect(admits('203.0.113.9')).toBe(true)
  expect(listeningOf({ host: '127.0.0.1', ...tls }).addressAt(1)).toBe('https://127.0.0.1:1')
})

test('behind a proxy its own connections are taken, and pages have the public origin', () => {
  const { reach, addressAt, admits } = listeningOf({ host: '0.0.0.0', ...proxied })
  expect(addressAt(8888)).toBe('https://notebook.example')
  for (const host of ['notebook.example', 'localhost:8888'])
    expect(originAllowed(reach, 'https://notebook.example', host)).toBe(true)
  expect(originAllowed(reach, 'http://notebook.example', 'notebook.example')).toBe(false)
  expect(['10.1.2.3', '::ffff:10.1.2.3', '127.0.0.1', '::1'].map(admits)).toEqual([true, true, true, true])
  expect(['11.0.0.1', '::ffff:11.0.0.1', 'fe80::1', undefined].map(admits)).toEqual([
    false,
    false,
    false,
    false,
  ])
})

test.each([
  ['10.0.0.7', '192.0.2.9', '192.0.2.9'],
  ['::ffff:10.0.0.7', '203.0.113.5, 192.0.2.9, 10.0.0.8', '192.0.2.9'],
  ['10.0.0.7', '203.0.113.5, 192.0.2.9:4711', '192.0.2.9'],
  ['10.0.0.7', '203.0.113.5, [2001:db8::1]:4711, 10.0.0.8:80', '2001:db8::1'],
  ['10.0.0.7', '203.0.113.5, [2001:db8::1]', '2001:db8::1'],
  ['10.0.0.7', '203.0.113.5, unknown', '10.0.0.7'],
  ['10.0.0.7', '203.0.113.5, _hidden, 10.0.0.8', '10.0.0.7'],
  ['10.0.0.7', '203.0.113.5,', '10.0.0.7'],
  ['10.0.0.7', undefined, '10.0.0.7'],
  ['10.0.0.7', 'unknown, <script>', '10.0.0.7'],
  ['192.0.2.9', '203.0.113.5', '192.0.2.9'],
])('a request from %s that was forwarded for %s comes from %s', (remoteAddress, forwarded, address) => {
  const { addressOf } = listeningOf({ host: '0.0.0.0', ...proxied })
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
  expect(addressOf({ headers, socket: { remoteAddress } })).toBe(address)
})

test('a proxy counts as one also where the server has TLS of its own', () => {
  const { addressOf, admits } = listeningOf({ host: '0.0.0.0', ...tls, ...proxied })
  expect(['10.1.2.3', '127.0.0.1', '203.0.113.9'].map(admits)).toEqual([true, true, false])
  const headers = { 'x-forwarded-for': '192.0.2.9' }
  expect(addressOf({ headers, socket: { remoteAddress: '10.0.0.7' } })).toBe('192.0.2.9')
})

test('without a proxy, a client cannot choose its address', () => {
  const { addressOf } = listeningOf({ host: '127.0.0.1' })
  const headers = { 'x-forwarded-for': '203.0.113.5' }
  expect(addressOf({ headers, socket: { remoteAddress: '127.0.0.1' } })).toBe('127.0.0.1')
})
