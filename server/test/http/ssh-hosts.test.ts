/** The routes and the file of machines that are reached by SSH. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { HostDraft, sshHostApi } from '../../contract/ssh-hosts.ts'
import { sshHostRoutes } from '../../src/http/routes/ssh-hosts.ts'
import { saveServer } from '../../src/user/jupyter-servers.ts'
import {
  configuredHosts,
  HostsError,
  hostOf,
  keepKernels,
  readHosts,
  saveHost,
  usableHosts,
} from '../../src/user/ssh-hosts.ts'
import { callRoute } from './call-route.ts'

const routes = sshHostRoutes()
const params = { id: 'gpu1' }
const body = { title: 'The GPU', target: 'ada@127.0.0.1', port: 9, python: '~/venv' }

test('the page saves, tests, lists and removes hosts', async () => {
  const saved = await callRoute(routes, sshHostApi.saveSshHost, { params, body })
  const host = { id: 'gpu1', ...body, folder: '~', kernels: [] }
  expect(saved).toMatchObject({ kind: 'json', body: { hosts: [host], configured: expect.any(Array) } })
  expect(await callRoute(routes, sshHostApi.testSshHost, { params, body })).toMatchObject({
    body: {
      kernels: [],
      machine: null,
      problem: expect.stringMatching(/^The GPU is not reachable: |no program ssh/),
    },
  })
  expect(await callRoute(routes, sshHostApi.removeSshHost, { params })).toMatchObject({ body: { hosts: [] } })
  expect(await callRoute(routes, sshHostApi.removeSshHost, { params })).toMatchObject({
    refusal: { status: 404 },
  })
})

test.each([
  [{ id: '../x' }, body],
  [params, { ...body, target: '-oProxyCommand=touch /tmp/x' }],
  [params, { ...body, target: 'a b' }],
  [params, { ...body, target: 'a@$(id)' }],
  [params, { ...body, python: "/a'; rm -rf ~; '" }],
  [params, { ...body, folder: 'relative' }],
  [params, { ...body, port: 0 }],
  [params, {}],
])('hostile input is refused: %j', async (id, draft) => {
  expect(await callRoute(routes, sshHostApi.saveSshHost, { params: id, body: draft })).toMatchObject({
    refusal: { status: 400 },
  })
})

test('only the owner sees where the hosts are', async () => {
  expect(await callRoute(routes, sshHostApi.sshHosts, { role: 'runner' })).toMatchObject({
    refusal: { status: 403 },
  })
})

test('hosts are kept for their owner alone; a damaged file is none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'yesterday-hosts-'))
  try {
    const draft = HostDraft.parse({ title: 'A', target: 'gpu1' })
    const host = hostOf('gpu1', draft, { folder, config: '/etc/other' })
    saveHost(host, folder)
    if (process.platform !== 'win32')
      expect(statSync(join(folder, 'ssh-hosts.json')).mode & 0o777).toBe(0o600)
    keepKernels(host, [{ name: 'python3', title: 'Python 3', language: 'python' }], folder)
    expect(hostOf('gpu1', draft, { folder })).toMatchObject({
      kernels: [{ name: 'python3' }],
      config: '/etc/other',
    })
    // Those of another machine are none of this one.
    expect(hostOf('gpu1', { ...draft, target: 'gpu2' }, { folder }).kernels).toEqual([])
    writeFileSync(join(folder, 'ssh-hosts.json'), '{"version":1,"hosts":[{"id":"a","target":"-x"}]}')
    expect(usableHosts(folder)).toEqual([])
    expect(() => readHosts(folder)).toThrow(HostsError)
  } finally {
    rmSync(folder, { recursive: true, maxRetries: 5 })
  }
})

test('a name of a Jupyter server is not given twice', () => {
  const folder = mkdtempSync(join(tmpdir(), 'yesterday-hosts-'))
  try {
    const server = {
      id: 'lab',
      title: 'Lab',
      url: 'http://127.0.0.1:9/',
      token: '',
      ca: null,
      timeoutMs: 1000,
    }
    writeFileSync(join(folder, 'jupyter-servers.json'), JSON.stringify({ version: 1, servers: [server] }))
    const host = hostOf('lab', HostDraft.parse({ title: 'A', target: 'gpu1' }), { folder })
    expect(() => saveHost(host, folder)).toThrow('A Jupyter server is called lab.')
    saveHost({ ...host, id: 'gpu1' }, folder)
    expect(() => saveServer({ ...server, id: 'gpu1' }, folder)).toThrow('A machine by SSH is called gpu1.')
  } finally {
    rmSync(folder, { recursive: true, maxRetries: 5 })
  }
})

test('names of the ssh configuration are offered without patterns; every line may be hostile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'yesterday-hosts-'))
  try {
    const path = join(folder, 'config')
    const lines = [
      ...[
        'Host gpu1 gpu2',
        '  HostName 10.0.0.1',
        'host=equal',
        'HOST "quoted"',
        'Host *.example.org !not ?',
        'Host',
      ],
      ...[
        'Host -oProxyCommand=x',
        'Host $(id) a;b \u0000 \u001b[2J',
        'Match host x',
        'Host gpu1',
        '# Host comment',
      ],
    ]
    writeFileSync(path, lines.join('\r\n'))
    expect(configuredHosts(path)).toEqual(['gpu1', 'gpu2', 'equal', 'quoted'])
    expect(configuredHosts(join(folder, 'none'))).toEqual([])
    expect(configuredHosts(folder)).toEqual([])
    writeFileSync(
      path,
      'Host a\n'.repeat(10) + Array.from({ length: 5000 }, (_, i) => `Host h${i}\n`).join(''),
    )
    expect(configuredHosts(path)).toHaveLength(200)
  } finally {
    rmSync(folder, { recursive: true, maxRetries: 5 })
  }
})
