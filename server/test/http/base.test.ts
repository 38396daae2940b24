/** A server below a path: requests with and without it, and the addresses in answers. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MadeInvitation } from '../../contract/people.ts'
import { routes, sockets } from '../../contract/routes.ts'
import { appBelow, isBase, OWN_PARTS, pageBelow, withoutBase } from '../../src/http/base.ts'
import { loopbackHosts } from '../../src/http/gate.ts'
import { listeningOf } from '../../src/http/listening.ts'
import { type IdentityServer, startIdentityServer } from './identity-server.ts'

test.each([
  ['/team/api/me?x=1', '/api/me?x=1'],
  ['/team', '/'],
  ['/team/', '/'],
  ['/team?token=a', '/?token=a'],
  ['/teams/api', '/teams/api'],
  ['/api/me', '/api/me'],
  ['/team/team/a', '/team/a'],
  ['//team/a', '//team/a'],
])('below /team, %s is %s', (url, expected) => {
  expect(withoutBase('/team', url)).toBe(expected)
  expect(withoutBase('', url)).toBe(url)
})

test('no path of ours can be the begin of a base', () => {
  for (const { path } of [...routes, ...sockets]) expect(OWN_PARTS).toContain(path.split('/')[1])
})

test.each([
  ['', true],
  ['/a/b.c~d', true],
  ['/user/ada@example.org', true],
  ['/a/', false],
  ['a', false],
  ['/a//b', false],
  ['/a"b', false],
  ['/a b', false],
  ['/%20', false],
])('the base %j: %s', (base, isGood) => expect(isBase(base)).toBe(isGood))

test('addresses in pages get the base, texts do not', () => {
  const page =
    '<a href="/x">"/x"</a><form action="/y"><input value="/notebooks/a"></form><a href="https://a.example/">'
  const below =
    '<a href="/b/x">"/x"</a><form action="/b/y"><input value="/notebooks/a"></form><a href="https://a.example/">'
  expect(pageBelow('/b', page)).toBe(below)
  expect(pageBelow('', page)).toBe(page)
  const app = '<html lang="en"><script src="./assets/a.js"></script>'
  expect(appBelow('', app)).toBe('<html lang="en"><script src="/assets/a.js"></script>')
  expect(appBelow('/b', app)).toBe('<html data-base="/b" lang="en"><script src="/b/assets/a.js"></script>')
})

test('the address of a listener has the path, its origin does not', () => {
  const options = { host: '0.0.0.0', trustedProxy: ['10.0.0.1'], publicUrl: 'https://notebook.example/team/' }
  const { reach, addressAt } = listeningOf(options)
  expect(reach).toMatchObject({ publicOrigin: 'https://notebook.example', base: '/team' })
  expect(addressAt(8888)).toBe('https://notebook.example/team')
})

let server: IdentityServer
beforeAll(async () => {
  const reach = {
    hosts: new Set(loopbackHosts),
    secureHosts: new Set<string>(),
    publicOrigin: null,
    base: '/team',
  }
  server = await startIdentityServer({ reach })
})
afterAll(() => server.close())

test.each(['/team', ''])(
  'whether the proxy leaves the path or takes it off (%j), pages lead below it',
  async (sent) => {
    const made = server.people.invitations.make({ role: 'owner', uses: 1, days: 1 }, 'Ada')
    const invite = made === 'full' ? '' : made.secret
    const browser = server.browser()
    const page = await (await browser.get(`${sent}/join?invite=${invite}`)).text()
    for (const part of ['action="/team/join"', 'src="/team/sign-in.js"', 'data-api="/team/api/passkeys"'])
      expect(page).toContain(part)
    const joined = await fetch(`${server.origin}${sent}/join`, {
      method: 'POST',
      headers: { origin: server.origin },
      body: new URLSearchParams({ invite, name: `Grace ${sent.length}`, password: 'correct horse battery' }),
      redirect: 'manual',
    })
    expect([joined.status, joined.headers.get('location')]).toEqual([303, '/team/'])
    const cookie = joined.headers.get('set-cookie') ?? ''
    expect(cookie).toContain('; Path=/team;')
    browser.cookies.set(...nameAndValue(cookie))
    const answer = await browser.post(`${sent}/api/people/invitations`, { role: 'viewer' })
    expect(MadeInvitation.parse(await answer.json()).path).toMatch(/^\/team\/join\?invite=/)
    const missing = await fetch(`${server.origin}${sent}/none`, { headers: { accept: 'text/html' } })
    expect(await missing.text()).toContain('href="/team/"')
  },
)

function nameAndValue(line: string): [string, string] {
  const [name = '', value = ''] = line.split(';')[0]?.split('=') ?? []
  return [name, value]
}
