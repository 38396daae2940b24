/** What a plan says of each step, from recorded runs and from what is there of their files. */
import { expect, test } from 'vitest'
import { JobRequest } from '../../contract/replay.ts'
import { digestOf } from '../../src/disk/digest.ts'
import { isolatedEffects } from '../../src/replay/effects.ts'
import type { FolderNow } from '../../src/replay/folder-now.ts'
import { allowedEffects } from '../../src/replay/isolation/members.ts'
import { isNamed } from '../../src/replay/outside-names.ts'
import { ownFiles, type PlanFacts, planReplay } from '../../src/replay/plan.ts'
import { edge, file, receipt } from './given.ts'

const target = { kind: 'run', run: 'r' } as const
const plan = (facts: Partial<PlanFacts> & Pick<PlanFacts, 'runs'>) =>
  planReplay({ target, onDisk: new Map(), stored: new Set(), ...facts }).plan
const actions = (facts: Parameters<typeof plan>[0]) => plan(facts).steps.map(({ action }) => action)

test('all runs again, in order, in the time that it took', () => {
  const runs = [receipt('a'), receipt('b', { durationMs: 500 })]
  const planned = plan({ runs })
  expect(planned.steps.map(({ run, action }) => [run, action])).toEqual([
    ['a', 're-run'],
    ['b', 're-run'],
  ])
  expect(planned.expectedMs).toBe(1500)
})

test.each([
  ['as it was', new Map([['x.csv', digestOf('1')]]), new Set<string>(), 'disk'],
  ['changed, and kept', new Map([['x.csv', digestOf('2')]]), new Set([digestOf('1')]), 'store'],
  ['gone, and kept', new Map([['x.csv', null]]), new Set([digestOf('1')]), 'store'],
  ['changed, and not kept', new Map([['x.csv', digestOf('2')]]), new Set<string>(), 'cannot'],
])('a file that is %s', (_, onDisk, stored, from) => {
  const planned = plan({ runs: [receipt('a', { used: [file('x.csv', '1')] })], onDisk, stored })
  expect(planned.files).toMatchObject([{ name: 'x.csv', from }])
  expect(planned.steps[0]?.action).toBe(from === 'cannot' ? 'cannot' : 're-run')
})

test('bytes that a person deleted are reported as such', () => {
  const facts = { onDisk: new Map([['x.csv', null]]), dropped: new Set([digestOf('1')]) }
  const planned = plan({ runs: [receipt('a', { used: [file('x.csv', '1')] })], ...facts })
  expect(planned.steps[0]?.why).toBe('x.csv: it is gone, and its bytes were deleted')
})

test('what was only looked for, or never captured, holds nothing up', () => {
  const used = [file('/lib/python311.zip', null), file('huge.bin', null, { size: 9e9 })]
  const planned = plan({ runs: [receipt('a', { used })], onDisk: new Map([['huge.bin', digestOf('now')]]) })
  expect(planned.steps[0]?.action).toBe('re-run')
  expect(planned.files).toMatchObject([{ name: 'huge.bin', from: 'disk' }])
})

test('a file that the replay makes is not given', () => {
  const runs = [
    receipt('a', { generated: [file('x.csv', '1', { by: 'a' })] }),
    receipt('b', { used: [file('x.csv', '1', { by: 'a' })] }),
  ]
  expect(plan({ runs }).files).toMatchObject([{ name: 'x.csv', from: 'made' }])
})

test('what is written before it is read is not there in the beginning', () => {
  const runs = [
    receipt('a', { generated: [file('new.db', '1', { by: 'a' })] }),
    receipt('b', {
      used: [file('log.txt', '2')],
      generated: [file('log.txt', '3'), file('gone.txt', null, { deleted: true })],
    }),
  ]
  const onDisk = new Map([['log.txt', digestOf('2')]])
  const { steps } = planReplay({ target, onDisk, stored: new Set(), runs })
  expect([...ownFiles(steps)]).toEqual(['new.db'])
})

test('what was sent out is sent again only where that is allowed', () => {
  const posted = edge('https://host/jobs', { kind: 'url', reason: 'fetched (POST, 201)' })
  const got = edge('https://host/data', { kind: 'url', reason: 'fetched (GET, 200)' })
  const runs = [receipt('a', { used: [got] }), receipt('b', { used: [posted] })]
  expect(plan({ runs }).sends).toEqual(['POST to https://host/jobs'])
  expect(actions({ runs })).toEqual(['re-run', 'cannot'])
  expect(plan({ runs }).steps[1]?.why).toContain('it sends POST to https://host/jobs')
  expect(plan({ runs }).steps[1]?.why).toContain('--allow-sending host')
  expect(plan({ runs }).allowable).toEqual({ programs: [], hosts: ['host'] })
  const to = (name: string) => ({ ...isolatedEffects, send: (host: string) => host === name })
  expect(actions({ runs, allowed: to('host') })).toEqual(['re-run', 're-run'])
  expect(actions({ runs, allowed: to('other') })).toEqual(['re-run', 'cannot'])
})

test('each program of a run is allowed by its name', () => {
  const program = (name: string) => edge(name, { kind: 'subprocess' })
  const runs = [receipt('a', { used: [program('/bin/rm -f x'), program("sh 'it'")] })]
  const open = { name: 'none', writes: 'open', programs: 'open', network: 'open', why: null } as const
  const allowing = (...mayStart: string[]) => ({ runs, allowed: allowedEffects({ mayStart }, open, '/') })
  expect(plan(allowing()).steps[0]?.why).toContain(String.raw`--allow-program '/bin/rm -f x' 'sh '\''it'\'''`)
  expect(plan(allowing('rm')).steps[0]?.why).toContain(String.raw`here: --allow-program 'sh '\''it'\'''`)
  expect(actions(allowing('rm', "sh 'it'"))).toEqual(['re-run'])
  expect(plan({ runs }).allowable.programs).toEqual(['/bin/rm -f x', "sh 'it'"])
})

test('lines of a shell that an older record holds are programs, each of them', () => {
  const runs = [receipt('a', { source: '!ls\nx = !rm y; curl z\n%%bash -s' })]
  expect(plan({ runs }).allowable.programs).toEqual(['ls', 'rm y; curl z', 'bash -s'])
})

test('the name of a program allows no line with more than it', () => {
  expect(isNamed('rm -f x', ['rm'])).toBe(true)
  for (const command of ['rm x; curl y', 'rm $(curl y)', 'rm x\ncurl y', 'curl rm'])
    expect(isNamed(command, ['rm']), command).toBe(false)
  expect(isNamed('rm x; curl y', ['rm x; curl y'])).toBe(true)
})

test('old forms that allowed everything are refused in words', () => {
  const asked = { kind: 'replay', target, send: true, start: true }
  const found = JobRequest.safeParse(asked).error?.issues.map(({ path, message }) => [path[0], message])
  expect(found).toEqual([
    ['send', 'a list of hosts, each allowed by its name'],
    ['start', 'a list of commands, each allowed by its name'],
  ])
})

test('what needs a step that cannot run cannot run either', () => {
  const runs = [
    receipt('a', { used: [file('x.csv', '1')], generated: [edge('x', { by: 'a' })] }),
    receipt('b', { used: [edge('x', { by: 'a' })] }),
    receipt('c'),
  ]
  expect(actions({ runs })).toEqual(['cannot', 'cannot', 're-run'])
})

test('a run in which the kernel died is not tried, and says why', () => {
  const planned = plan({ runs: [receipt('a', { outcome: 'died', death: 'out of memory' })] })
  expect(planned.steps).toMatchObject([{ action: 'cannot', why: 'the kernel died in it: out of memory' }])
})

test('what reaches outside is reported', () => {
  const used = [edge('db.example:5432', { kind: 'socket' })]
  const generated = [file('/etc/motd', 'x')]
  expect(plan({ runs: [receipt('a', { used, generated })] }).effects).toEqual([
    'connects to db.example:5432',
    'writes /etc/motd',
  ])
})

const members = ['a.png', 'b.png', 'c.png'].map((name) => ({
  name,
  read: { size: 1, changed: '1', inodeChanged: '1', inode: '1', digest: digestOf(name) },
}))
const folderEdge = edge('data', { kind: 'directory' })
const folderNow = (change: Partial<FolderNow>): ReadonlyMap<string, FolderNow> =>
  new Map([['a data', { changed: [], added: [], removed: [], total: 3, members, ...change }]])

test('a folder as it was is there, and what was added to it is reported', () => {
  const runs = [receipt('a', { used: [folderEdge] })]
  expect(plan({ runs, folders: folderNow({}) }).files).toMatchObject([{ from: 'disk', why: null }])
  const [grown] = plan({ runs, folders: folderNow({ added: ['d.png'] }) }).files
  expect(grown).toMatchObject({ from: 'disk', why: 'it is given as it is now: 1 added: d.png' })
})

test('members that changed are given as they were, if all of them are stored', () => {
  const runs = [receipt('a', { used: [folderEdge] })]
  const folders = folderNow({ changed: ['a.png'], removed: ['b.png'] })
  const stored = new Set([digestOf('a.png'), digestOf('b.png')])
  expect(plan({ runs, folders, stored }).files).toMatchObject([
    { name: 'data', from: 'disk', why: null },
    { name: 'data/a.png', from: 'store', digest: digestOf('a.png') },
    { name: 'data/b.png', from: 'store' },
  ])
  const [step] = plan({ runs, folders, stored: new Set([digestOf('a.png')]) }).steps
  expect(step).toMatchObject({ action: 'cannot' })
  expect(step?.why).toBe(
    'data: 1 of 3 files changed: a.png; 1 of 3 removed: b.png, and the bytes of 1 were not kept',
  )
})

test('members that the replay makes again are no change', () => {
  const runs = [
    receipt('m', { generated: [file('data/a.png', '1', { by: 'm' })] }),
    receipt('a', { used: [folderEdge] }),
  ]
  expect(plan({ runs, folders: folderNow({ changed: ['a.png'] }) }).steps[1]?.action).toBe('re-run')
})
