/** The pages and cookies of sign-in by a provider and by passkey, over HTTP. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CreationOptions, Passkeys, RequestOptions } from '../../contract/passkeys.ts'
import { OpenIdProvider } from '../../src/people/oidc.ts'
import { type RunningProvider, startProvider } from '../people/openid-provider.ts'
import { SoftAuthenticator } from '../people/soft-authenticator.ts'
import { type IdentityServer, startIdentityServer } from './identity-server.ts'

let server: IdentityServer
let service: RunningProvider

beforeAll(async () => {
  service = await startProvider('secret', ['http://localhost/sign-in/provider/callback'])
  const provider = new OpenIdProvider({
    issuer: service.issuer,
    clientId: 'yesterday',
    clientSecret: 'secret',
    name: 'Example <SSO>',
    scopes: 'openid profile',
    roles: { staff: 'editor' },
    defaultRole: null,
    groupsClaim: 'groups',
    nameClaim: 'name',
    sessionHours: 1,
  })
  server = await startIdentityServer({ provider })
})
afterAll(async () => {
  server.close()
  await service.stop().catch(() => undefined)
})

test('the page offers the provider; the way there and back ends at the notebook', async () => {
  service.accounts.set('ada', { name: 'Ada', groups: ['staff'] })
  const browser = server.browser()
  const page = await (await browser.get('/sign-in')).text()
  expect(page).toContain('Sign in with Example &lt;SSO&gt;</a>')
  const away = await browser.get('/sign-in/provider?next=/notebooks/a.ipynb')
  expect(away.status).toBe(303)
  expect(away.headers.get('set-cookie')).toMatch(
    /-begun=[\w-]{32}; Max-Age=300; Path=\/; HttpOnly; SameSite=Lax$/,
  )
  const address = new URL(away.headers.get('location') ?? '')
  expect(address.searchParams.get('redirect_uri')).toBe(`${server.origin}/sign-in/provider/callback`)
  const back = await service.signIn(address, 'ada')
  const stranger = await server.browser().get(back.pathname + back.search)
  expect([stranger.status, await stranger.text()]).toEqual([400, expect.stringContaining('took too long')])
  const answer = await browser.get(back.pathname + back.search)
  expect([answer.status, await answer.text()]).toEqual([
    200,
    expect.stringContaining('0;url=/notebooks/a.ipynb'),
  ])
  expect(answer.headers.get('set-cookie')).toContain('SameSite=Strict')
  const me = await (await browser.get('/api/me')).json()
  expect(me).toMatchObject({
    role: 'editor',
    provider: 'Example <SSO>',
    hasPassword: false,
    hasPasskey: false,
  })
  for (const [path, method] of [
    ['/api/me/password', 'PUT'],
    ['/api/me/passkeys/options', 'POST'],
  ] as const) {
    const refused = await browser.post(path, { password: 'correct horse battery' }, method)
    expect([refused.status, await refused.json()]).toMatchObject([409, { error: { code: 'managed' } }])
  }
  expect((await browser.get(back.pathname + back.search)).status, 'replayed').toBe(400)
})

test('a person without a group, and a provider that is down, get a page that says so', async () => {
  service.accounts.set('eve', { name: 'Eve', groups: ['others'] })
  const browser = server.browser()
  const away = await browser.get('/sign-in/provider')
  const back = await service.signIn(new URL(away.headers.get('location') ?? ''), 'eve')
  const denied = await browser.get(back.pathname + back.search)
  const words = 'Your account at Example &lt;SSO&gt; may not use this project.'
  expect([denied.status, await denied.text()]).toEqual([403, expect.stringContaining(words)])
  expect((await browser.get('/api/me')).status).toBe(401)
  const address = new URL((await browser.get('/sign-in/provider')).headers.get('location') ?? '')
  const late = await service.signIn(address, 'eve')
  await service.stop()
  const down = await browser.get(late.pathname + late.search)
  expect([down.status, await down.text()]).toEqual([503, expect.stringContaining('cannot be reached')])
})

test('a server without a provider has no way to one', async () => {
  const plain = await startIdentityServer()
  const browser = plain.browser()
  expect(await (await browser.get('/sign-in')).text()).not.toContain('/sign-in/provider')
  for (const path of ['/sign-in/provider', '/sign-in/provider/callback?code=a&state=b'])
    expect((await browser.get(path)).status).toBe(404)
  plain.close()
})

test('passkeys over HTTP: join, sign in, list and remove; a page of another site gets nothing', async () => {
  const device = new SoftAuthenticator(server.origin)
  const made = server.people.invitations.make({ role: 'editor', uses: 1, days: 1 }, 'Ada')
  const invite = made === 'full' ? '' : made.secret
  const browser = server.browser()
  const begun = await browser.post('/api/passkeys/join-options', { invite, name: 'Grace' })
  const options = CreationOptions.parse(await begun.json())
  expect(options.rp.id).toBe('localhost')
  const joined = await browser.post('/api/passkeys/join', { invite, credential: device.create(options) })
  expect([joined.status, await joined.json()]).toEqual([200, { location: '/' }])
  expect(await (await browser.get('/api/me')).json()).toMatchObject({ hasPasskey: true, hasPassword: false })
  const [passkey] = Passkeys.parse(await (await browser.get('/api/me/passkeys')).json())
  const refused = await browser.post(`/api/me/passkeys/${passkey?.id}`, undefined, 'DELETE')
  expect([refused.status, await refused.json()]).toMatchObject([409, { error: { code: 'lastWay' } }])

  const other = server.browser()
  expect(await (await other.get('/sign-in')).text()).toContain('Sign in with a passkey')
  const asked = RequestOptions.parse(await (await other.post('/api/passkeys/sign-in-options')).json())
  const body = { next: '/notebooks/b.ipynb', credential: device.get(asked) }
  expect((await server.browser().post('/api/passkeys/sign-in', body)).status, 'another browser').toBe(400)
  const entered = await other.post('/api/passkeys/sign-in', body)
  expect([entered.status, await entered.json()]).toEqual([200, { location: '/notebooks/b.ipynb' }])
  expect((await other.post('/api/passkeys/sign-in', body)).status, 'replayed').toBe(400)
  expect((await other.post('/api/passkeys/sign-in', { credential: { id: 'x' } })).status).toBe(400)
  const large = { ...body, next: 'x'.repeat(70_000) }
  expect((await other.post('/api/passkeys/sign-in', large)).status, 'strangers send little').toBe(413)
  const address = server.origin.replace('localhost', '127.0.0.1')
  for (const [origin, status] of [
    ['https://evil.example', 403],
    [address, 409],
  ] as const) {
    const answer = await fetch(`${address}/api/passkeys/sign-in-options`, {
      method: 'POST',
      headers: { origin },
    })
    expect(answer.status, origin).toBe(status)
  }
})
