/** What a JupyterHub passes to a server: which variables are used, which scopes let a person in, and what gets no token. */
import { expect, test } from 'vitest'
import { sockets } from '../../contract/routes.ts'
import { hubListening } from '../../src/http/hub-listening.ts'
import { isActivity } from '../../src/people/hub-activity.ts'
import { HubConfigError, mayAccess, readHubConfig } from '../../src/people/hub-config.ts'
import { kernelEnvironment } from '../../src/setup/open-kernels.ts'
import { shellEnvironment } from '../../src/terminals/pty.ts'

const VARIABLES = {
  JUPYTERHUB_API_TOKEN: 'a secret token',
  JUPYTERHUB_API_URL: 'http://127.0.0.1:8081/hub/api',
  JUPYTERHUB_CLIENT_ID: 'jupyterhub-user-ada',
  JUPYTERHUB_USER: 'ada',
  JUPYTERHUB_SERVICE_PREFIX: '/user/ada/',
  JUPYTERHUB_SERVICE_URL: 'http://127.0.0.1:4321/user/ada/',
  JUPYTERHUB_OAUTH_CALLBACK_URL: '/user/ada/oauth_callback',
  JUPYTERHUB_OAUTH_ACCESS_SCOPES: '["access:servers!server=ada/", "access:servers!user=ada"]',
  JUPYTERHUB_ACTIVITY_URL: 'http://127.0.0.1:8081/hub/api/users/ada/activity',
  JUPYTERHUB_BASE_URL: '/',
  JUPYTERHUB_HOST: '',
  JUPYTERHUB_PUBLIC_URL: '',
  JUPYTERHUB_PUBLIC_HUB_URL: '',
}

test('the variables of a hub are read; addresses of the hub are paths, or those that it names', () => {
  expect(readHubConfig(VARIABLES)).toMatchObject({
    owner: 'ada',
    server: '',
    host: '127.0.0.1',
    port: 4321,
    hubPages: '/hub/',
    publicUrl: null,
    accessScopes: ['access:servers!server=ada/', 'access:servers!user=ada'],
  })
  const elsewhere = { JUPYTERHUB_HOST: 'https://hub.example', JUPYTERHUB_BASE_URL: '/jupyter/' }
  expect(readHubConfig({ ...VARIABLES, ...elsewhere }).hubPages).toBe('https://hub.example/jupyter/hub/')
  const named = { JUPYTERHUB_PUBLIC_HUB_URL: 'https://hub.example/hub' }
  expect(readHubConfig({ ...VARIABLES, ...named }).hubPages).toBe('https://hub.example/hub/')
  const { JUPYTERHUB_OAUTH_ACCESS_SCOPES: scopes, ...rest } = VARIABLES
  expect(readHubConfig({ ...rest, JUPYTERHUB_OAUTH_SCOPES: scopes }).accessScopes).toHaveLength(2)
})

test.each([
  ['JUPYTERHUB_API_TOKEN', undefined, 'no JupyterHub started this server'],
  ['JUPYTERHUB_OAUTH_ACCESS_SCOPES', undefined, 'JUPYTERHUB_OAUTH_ACCESS_SCOPES'],
  ['JUPYTERHUB_OAUTH_ACCESS_SCOPES', '[]', 'JUPYTERHUB_OAUTH_ACCESS_SCOPES'],
  ['JUPYTERHUB_OAUTH_ACCESS_SCOPES', '["read:users"]', 'JUPYTERHUB_OAUTH_ACCESS_SCOPES'],
  ['JUPYTERHUB_API_URL', 'file:///etc/passwd', 'JUPYTERHUB_API_URL'],
  ['JUPYTERHUB_SERVICE_PREFIX', '/user/../', null],
  ['JUPYTERHUB_SERVICE_PREFIX', '/user/"><script>/', 'JUPYTERHUB_SERVICE_PREFIX'],
  ['JUPYTERHUB_SSL_KEYFILE', '/srv/key.pem', 'internal_ssl'],
])('%s of %s', (name, value, why) => {
  const read = () => readHubConfig({ ...VARIABLES, [name]: value })
  if (why === null) expect(read).not.toThrow()
  else expect(read).toThrow(why)
  if (why !== null) expect(read).toThrow(HubConfigError)
  if (why !== null) expect(read).not.toThrow('a secret token')
})

test.each([
  [['access:servers!server=ada/'], true],
  [['access:servers!user=ada'], true],
  [['access:servers'], true],
  [['access:servers!server=ada/other'], false],
  [['access:servers!server=adam/'], false],
  [['access:servers!user=grace'], false],
  [['access:servers!group=staff'], false],
  [['access:services', 'admin:servers', 'self'], false],
  [[], false],
])('scopes %j let a person in: %s', (granted, mayEnter) => {
  expect(mayAccess(['access:servers!server=ada/'], granted)).toBe(mayEnter)
})

test('the hub decides where the server listens; other names get the hint for its operator', () => {
  const plain = hubListening(readHubConfig(VARIABLES), undefined)
  expect(plain.reach).toMatchObject({ base: '/user/ada', publicOrigin: null })
  expect([...plain.reach.secureHosts]).toEqual([])
  const publicUrl = { JUPYTERHUB_PUBLIC_URL: 'https://hub.example/user/ada/' }
  const named = hubListening(readHubConfig({ ...VARIABLES, ...publicUrl }), ['10.0.0.0/8'])
  expect(named.reach).toMatchObject({ publicOrigin: 'https://hub.example' })
  expect([...named.reach.secureHosts]).toEqual(['hub.example'])
  expect([named.admits('10.1.1.1'), named.admits('127.0.0.1'), named.admits('192.0.2.1')]).toEqual([
    true,
    true,
    false,
  ])
  expect(named.reach.hostHint).toContain('c.JupyterHub.public_url')
  const escaped = hubListening({ host: '0.0.0.0', prefix: '/user/jo%C3%A9/', publicUrl: null }, undefined)
  expect(escaped.reach.base).toBe('/user/jo%C3%A9')
})

test('kernels and terminals do not get the tokens of the hub', () => {
  const env = { ...VARIABLES, JPY_API_TOKEN: 'a secret token', PATH: '/bin' }
  for (const passed of [kernelEnvironment(env), shellEnvironment(env, 'mark')]) {
    expect(JSON.stringify(passed)).not.toContain('a secret token')
    expect(passed).toMatchObject({ PATH: '/bin', JUPYTERHUB_USER: 'ada' })
  }
})

test('edits and commands are activity; presence and what a page asks for when it opens are none', () => {
  const room = sockets.find(({ path }) => path.includes('/rooms/'))
  const session = sockets.find(({ path }) => path.endsWith('/session'))
  if (room === undefined || session === undefined) throw new Error('no sockets')
  const [stepOne, stepTwo, update, awareness] = [
    [0, 0],
    [0, 1],
    [0, 2, 9],
    [1, 2],
  ]
  for (const frame of [stepOne, stepTwo, awareness, []])
    expect(isActivity(room, Uint8Array.from(frame ?? [])), String(frame)).toBe(false)
  expect(isActivity(room, Uint8Array.from(update ?? []))).toBe(true)
  expect(isActivity(session, Buffer.from('{"type":"run"}'))).toBe(true)
})
