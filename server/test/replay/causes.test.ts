/** What differs, named once and ranked, from recorded runs alone. */
import { expect, test } from 'vitest'
import type { Cause } from '../../contract/replay.ts'
import { causeChange } from '../../contract/replay-words.ts'
import type { Edge, Receipt } from '../../contract/run.ts'
import { restorer } from '../../contract/session.ts'
import { sayIn } from '../../contract/words.ts'
import { digestOf } from '../../src/disk/digest.ts'
import { rankCauses, type Side } from '../../src/replay/causes.ts'
import {
  compareEnvironments,
  emptyFacets,
  environmentWords,
  formerVariables,
  readVariablesIn,
} from '../../src/replay/environment.ts'
import { holds, parseWhere } from '../../src/replay/where.ts'
import { edge, file, receipt } from './given.ts'

/** A session of these runs, each made by those before it. */
function side(...runs: readonly Receipt[]): Side {
  const session = runs.map((one, place) => ({ ...one, order: place + 1, cell: place + 1 }))
  const run = session.at(-1)
  if (run === undefined) throw new Error('no runs')
  return { run, slice: session, session }
}
const cell = (cellId: string, source: string, more: Partial<Receipt> = {}) =>
  receipt(`${cellId}-${source}`, { cellId, source, sourceDigest: digestOf(source), ...more })
const job = {
  ...{ provider: 'slurm', name: 'HPC', job: '12' },
  ...{ cluster: null, partition: 'debug', node: 'node1' },
}
const reach = { hasBytes: () => true }
const ids = (good: Side, bad: Side) => rankCauses(good, bad, reach).map(({ id }) => id)
const state = (name: string, digest: string, by: string): Edge =>
  edge(name, { kind: 'state', digest: digestOf(digest), by })

test('nothing differs', () => {
  const both = side(cell('a', 'x = 1'), cell('b', 'x'))
  expect(ids(both, both)).toEqual([])
})

test('an edited cell, and not what follows from it', () => {
  const made = (content: string) => [file('out.csv', content, { by: `a-${content}` })]
  const good = side(cell('a', '1', { generated: made('1') }), cell('b', 'x', { used: made('1') }))
  const bad = side(cell('a', '2', { generated: made('2') }), cell('b', 'x', { used: made('2') }))
  expect(ids(good, bad)).toEqual(['code:a'])
})

test('a file from outside; without its bytes it cannot be proved', () => {
  const read = (content: string) => side(cell('a', 'read', { used: [file('x.csv', content)] }))
  const [cause] = rankCauses(read('1'), read('2'), { hasBytes: () => false })
  expect(cause).toMatchObject({ id: 'file:x.csv', provable: false })
  expect(ids(read('1'), read('2'))).toEqual(['file:x.csv'])
})

test('a file as it was read last, where one cell read it twice', () => {
  const read = (content: string) => cell('a', 'read', { used: [file('x.csv', content)] })
  expect(ids(side(read('1')), side(read('1'), read('2')))).toEqual(['file:x.csv', 'order'])
})

test('another order, and a cell that ran twice', () => {
  const [a, b, c] = [cell('a', '1'), cell('b', '2'), cell('c', '3')]
  expect(ids(side(a, b, c), side(b, a, c))).toEqual(['order'])
  const [twice] = rankCauses(side(a, b), side(a, a, b), reach)
  expect(twice).toMatchObject({ id: 'order', words: 'cell 1 ran 2 times, before: 1' })
})

test('what a restore runs again is no other order', () => {
  const [a, b, c] = [cell('a', '1'), cell('b', '2'), cell('c', '3')]
  const restored = side(a, c, { ...a, run: 'again', actor: restorer }, b)
  const slice = restored.session.filter(({ run }) => run === 'again' || run === b.run)
  expect(ids(side(a, b), restored)).toEqual(['order'])
  expect(ids(side(a, b), { ...restored, slice })).toEqual([])
})

test('a seed that did not run', () => {
  const seed = cell('s', 'seed(1)', { generated: [state('random', '1', 's-seed(1)')] })
  expect(ids(side(seed, cell('a', 'draw')), side(cell('a', 'draw')))).toEqual(['seed:s'])
})

test('a generator that began elsewhere', () => {
  const drew = (digest: string) => side(cell('a', 'draw', { generated: [state('random', digest, 'a-draw')] }))
  expect(ids(drew('1'), drew('2'))).toEqual(['seed:random'])
})

test('the place of the kernel, where both runs recorded it', () => {
  const at = (host: Receipt['host']) => side(cell('a', 'x', host === undefined ? {} : { host }))
  const node = (name: string) => ({ ...job, node: name })
  const [cause] = rankCauses(at(node('node1')), at(node('node2')), reach)
  expect(cause).toMatchObject({
    ...{ id: 'host', kind: 'host', was: 'node1 (HPC)', is: 'node2 (HPC)', provable: false },
    words: 'ran on node2 (HPC), before on node1 (HPC)',
  })
  expect(ids(at(null), at(node('node1')))).toEqual(['host'])
  // Each job has another number, and older records name no place.
  expect(ids(at(job), at({ ...job, job: '13' }))).toEqual([])
  expect(ids(at(undefined), at(job))).toEqual([])
})

test('the place of the kernel in words of the reader', () => {
  const here: Cause = {
    ...{ id: 'host', kind: 'host', name: 'host', cell: null, was: 'this machine', is: 'node2 (HPC)' },
    ...{ words: '', provable: false, whyNot: null },
  }
  expect(causeChange(here, sayIn.en)).toBe('ran on node2 (HPC), before on this machine')
  expect(causeChange(here, sayIn.zh)).toBe('在 node2 (HPC) 上运行，之前在 本机 上运行')
})

test('packages and variables, those that the code names first', () => {
  const facets = (version: string, zone: string) => ({
    digest: 'd',
    facets: { python: '3.11', distributions: { numpy: version, other: version }, variables: { TZ: zone } },
  })
  const ran = (version: string, zone: string) =>
    side(cell('a', 'import numpy', { environment: facets(version, zone) }))
  expect(ids(ran('1', 'UTC'), ran('2', 'UTC'))).toEqual(['package:numpy', 'package:other'])
  expect(ids(ran('1', 'UTC'), ran('1', 'CET'))).toEqual(['variable:TZ'])
})

test('variables that the code read are compared by digest, where both runs read them', () => {
  const ran = (readVariables: Record<string, string | null>) =>
    side(
      cell('a', 'folds = os.environ["FOLDS"]', {
        environment: { digest: 'd', facets: { python: '3.11', readVariables } },
      }),
    )
  const [ten, five] = [digestOf('10'), digestOf('5')]
  const causes = rankCauses(
    ran({ FOLDS: ten, DEPTH: null }),
    ran({ FOLDS: five, DEPTH: ten, LATER: five }),
    reach,
  )
  expect(causes.map(({ id, words, whyNot }) => ({ id, words, whyNot }))).toEqual([
    {
      id: 'variable:FOLDS',
      words: 'variable FOLDS changed; its values are not recorded',
      whyNot: 'its former value is not recorded',
    },
    {
      id: 'variable:DEPTH',
      words: 'variable DEPTH was not set, is set',
      whyNot: 'its former value is not recorded',
    },
  ])
  expect(ids(ran({ FOLDS: ten }), ran({ FOLDS: ten }))).toEqual([])
})

test('the environment of a replay is compared with what the code read; secrets only by their presence', () => {
  const recorded = { FOLDS: digestOf('10'), SHOP_TOKEN: 'keyed:1', GONE_TOKEN: 'keyed:2', DEPTH: null }
  const env = { FOLDS: '5', SHOP_TOKEN: 'hidden', OTHER: '1' }
  const is = readVariablesIn(recorded, env, digestOf)
  expect(is).toEqual({ FOLDS: digestOf('5'), SHOP_TOKEN: 'keyed:1', GONE_TOKEN: null, DEPTH: null })
  const differences = compareEnvironments(
    { ...emptyFacets, readVariables: recorded },
    { ...emptyFacets, readVariables: is },
    true,
  )
  expect(differences.map(environmentWords)).toEqual([
    'variable FOLDS changed; its values are not recorded',
    'variable GONE_TOKEN was set, is not set',
  ])
})

test('a replay with the former environment sets no variable to a digest', () => {
  const differences = [
    { what: 'variable' as const, name: 'TZ', was: 'UTC', is: 'CET' },
    { what: 'variable' as const, name: 'FOLDS', was: digestOf('10'), is: digestOf('5') },
    { what: 'variable' as const, name: 'DEPTH', was: null, is: digestOf('5') },
    { what: 'package' as const, name: 'numpy', was: '1', is: '2' },
  ]
  expect(formerVariables(differences)).toEqual({ TZ: 'UTC', DEPTH: null })
})

test('a package and its module are one cause', () => {
  const ran = (version: string) =>
    side(
      cell('a', 'import demo', {
        used: [edge('demo', { kind: 'module', digest: digestOf(version) })],
        environment: { digest: 'd', facets: { distributions: { demo: version } } },
      }),
    )
  expect(ids(ran('1'), ran('2'))).toEqual(['package:demo'])
})

test.each([
  ['acc > 0.9', true],
  ['acc>0.9 loss<=1', true],
  ['acc > 0.9 and loss < 1', false],
  ['missing > 0', false],
])('%s is %j', (text, expected) => {
  const generated = [edge('acc', { facets: { number: 0.95 } }), edge('loss', { preview: '1.0' })]
  expect(holds(parseWhere(text) ?? [], { used: [], generated })).toBe(expected)
})

test.each(['', 'acc', 'acc is good', 'acc > high', '> 1'])('"%s" is no comparison', (text) => {
  expect(parseWhere(text)).toBeNull()
})
