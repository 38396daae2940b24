/** Signing out at an OpenID provider ends the sessions here (back-channel logout), and no other notice does. */
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OpenIdProvider } from '../../src/people/oidc.ts'
import { type RunningProvider, startProvider } from '../people/openid-provider.ts'
import { type IdentityServer, startIdentityServer, type TestBrowser } from './identity-server.ts'

let server: IdentityServer
let service: RunningProvider
/** What the provider sent last. */
let notice = ''

beforeAll(async () => {
  const port = await freePort()
  const redirect = 'http://localhost/sign-in/provider/callback'
  service = await startProvider('secret', [redirect], `http://localhost:${port}/sign-in/provider/logout`)
  const config = {
    issuer: service.issuer,
    clientId: 'yesterday',
    clientSecret: 'secret',
    name: 'Example SSO',
    scopes: 'openid profile',
    roles: { staff: 'editor' },
    defaultRole: null,
    groupsClaim: 'groups',
    nameClaim: 'name',
    sessionHours: 1,
  } as const
  class Listening extends OpenIdProvider {
    override ended(text: string) {
      notice = text
      return super.ended(text)
    }
  }
  server = await startIdentityServer({ provider: new Listening(config) }, port)
})
afterAll(async () => {
  server.close()
  await service.stop()
})

async function freePort(): Promise<number> {
  const taken = createServer()
  taken.listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  taken.close()
  await once(taken, 'close')
  return port
}

async function signedIn(login: string): Promise<TestBrowser> {
  service.accounts.set(login, { name: login, groups: ['staff'] })
  const browser = server.browser()
  const away = await browser.get('/sign-in/provider')
  const back = await service.signIn(new URL(away.headers.get('location') ?? ''), login)
  expect((await browser.get(back.pathname + back.search)).status).toBe(200)
  return browser
}
const isIn = async (browser: TestBrowser) => (await browser.get('/api/me')).status === 200

/** As a provider: without cookies, and from no page. */
const send = (token: string) =>
  fetch(`${server.origin}/sign-in/provider/logout`, {
    method: 'POST',
    body: new URLSearchParams({ logout_token: token }),
  })

test('signing out at the provider ends that browser’s session here, and no other', async () => {
  const phone = await signedIn('ada')
  const laptop = await signedIn('ada')
  const grace = await signedIn('grace')
  await service.signOut('ada')
  expect([await isIn(laptop), await isIn(phone), await isIn(grace)]).toEqual([false, true, true])
  expect(server.audit.newest(1)).toMatchObject([
    { action: 'signed-out', by: { name: 'ada' }, about: { how: 'Example SSO' } },
  ])
  expect((await send(notice)).status, 'replayed').toBe(400)
})

test('a notice that the provider did not sign, or that is no logout token, ends nothing', async () => {
  const ada = await signedIn('ada')
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const kid = (await exportJWK(publicKey)).n?.slice(0, 8) ?? ''
  const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
  const forged = await new SignJWT({ sub: 'ada', events, jti: 'x' })
    .setProtectedHeader({ alg: 'RS256', kid })
    .setIssuer(service.issuer)
    .setAudience('yesterday')
    .setIssuedAt()
    .sign(privateKey)
  const parts = forged.split('.')
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${parts[1]}.`
  const symmetric = await new SignJWT({ sub: 'ada', events, jti: 'y' })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(service.issuer)
    .setAudience('yesterday')
    .setIssuedAt()
    .sign(Buffer.from('secret'.repeat(8)))
  for (const token of [forged, unsigned, symmetric, '', 'x', 'a.b.c', notice])
    expect((await send(token)).status, token.slice(0, 20)).toBe(400)
  expect(await isIn(ada)).toBe(true)
})

test('a page of another site cannot use it as the person, as no cookie is read', async () => {
  const ada = await signedIn('ada')
  const answer = await ada.post('/sign-in/provider/logout')
  expect(answer.status).toBe(400)
  expect(await isIn(ada)).toBe(true)
})
