/** The kinds of Slurm jobs in the user's folder, and their routes. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SlurmDraft, slurmApi } from '../../contract/slurm.ts'
import { HostDraft } from '../../contract/ssh-hosts.ts'
import { slurmRoutes } from '../../src/http/routes/slurm.ts'
import { readSlurm, removeSlurm, saveSlurm, slurmOf, usableSlurm } from '../../src/user/slurm.ts'
import { hostOf, saveHost } from '../../src/user/ssh-hosts.ts'
import { callRoute } from '../http/call-route.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yesterday-slurm-'))
})
afterEach(() => rmSync(folder, { recursive: true, maxRetries: 5 }))

const draft = { title: 'GPU nodes', partition: 'gpu', time: '4:00:00', cpus: 8, extra: ['--qos=high'] }

test('entries are saved for their owner alone', () => {
  saveSlurm(slurmOf('gpu', SlurmDraft.parse(draft)), folder)
  saveSlurm(slurmOf('a', SlurmDraft.parse({ title: 'A' })), folder)
  expect(readSlurm(folder).map(({ id }) => id)).toEqual(['a', 'gpu'])
  if (process.platform !== 'win32') expect(statSync(join(folder, 'slurm.json')).mode & 0o777).toBe(0o600)
  expect(readSlurm(folder)[1]).toMatchObject({
    partition: 'gpu',
    cpus: 8,
    folder: '~',
    extra: ['--qos=high'],
  })
  expect(removeSlurm('a', folder)).toBe(true)
  expect(removeSlurm('a', folder)).toBe(false)
})

test('a login host is one of the machines that were added', () => {
  const far = slurmOf('far', SlurmDraft.parse({ title: 'Far', host: 'login' }))
  expect(() => saveSlurm(far, folder)).toThrow('There is no host login.')
  saveHost(hostOf('login', HostDraft.parse({ title: 'Login', target: 'login' }), { folder }), folder)
  saveSlurm(far, folder)
  expect(readSlurm(folder)).toMatchObject([{ id: 'far', host: 'login' }])
  expect(() => slurmOf('far', { ...SlurmDraft.parse({ title: 'Far' }), host: '-oProxyCommand=id' })).toThrow(
    'A login host is a short name',
  )
})

test('a damaged file is refused, and stops no other kernel', () => {
  writeFileSync(
    join(folder, 'slurm.json'),
    '{"version":1,"entries":[{"id":"x","title":"x","extra":["--wrap=id"]}]}',
  )
  expect(() => readSlurm(folder)).toThrow('it is damaged')
  expect(usableSlurm(folder)).toEqual([])
})

test('the page saves, lists and removes entries; hostile values are refused with what is wrong', async () => {
  const routes = slurmRoutes()
  const params = { id: 'gpu' }
  expect(await callRoute(routes, slurmApi.saveSlurm, { params, body: draft })).toMatchObject({
    body: { entries: [{ id: 'gpu', partition: 'gpu' }] },
  })
  expect(await callRoute(routes, slurmApi.slurmCluster, { query: { host: 'none' } })).toMatchObject({
    body: { partitions: [], problem: expect.stringContaining('There is no host none.') },
  })
  for (const more of [
    { partition: 'a b' },
    { extra: ['--wrap=id'] },
    { time: '1\n#SBATCH' },
    { python: '$(id)' },
  ])
    expect(
      await callRoute(routes, slurmApi.saveSlurm, { params, body: { ...draft, ...more } }),
    ).toMatchObject({ refusal: { status: 400, code: 'badSlurm' } })
  expect(await callRoute(routes, slurmApi.slurm)).toMatchObject({ body: { entries: [{ partition: 'gpu' }] } })
  expect(await callRoute(routes, slurmApi.slurm, { role: 'runner' })).toMatchObject({
    refusal: { status: 403 },
  })
  expect(await callRoute(routes, slurmApi.removeSlurm, { params })).toMatchObject({ body: { entries: [] } })
  expect(await callRoute(routes, slurmApi.removeSlurm, { params })).toMatchObject({
    refusal: { status: 404 },
  })
})
