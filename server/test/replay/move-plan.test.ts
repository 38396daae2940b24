import { expect, test } from 'vitest'
import type { Edge, Receipt } from '../../contract/run.ts'
import { restorer } from '../../contract/session.ts'
import { digestOf } from '../../src/disk/digest.ts'
import { type MoveFacts, planMove } from '../../src/replay/moving/move-plan.ts'
import { type Loadable, versionKey } from '../../src/replay/restore-plan.ts'
import { edge, receipt } from './given.ts'

const bound = (name: string, by: string): Edge => edge(name, { by, reason: 'bound in this run' })
const run = (order: number, id: string, more: Partial<Receipt>): Receipt => receipt(id, { order, ...more })
const stored = (id: string, name: string, order = 1): [string, Loadable] => {
  const value = { format: 'pickle5', digest: digestOf(name), size: 100, signature: 'ours' }
  return [versionKey(id, name), { run: id, order, edge: edge(name, { by: id, value }) }]
}

type Looked = MoveFacts['look']['variables'][number]
const looked = (name: string, more: Partial<Looked> = {}): Looked => ({
  ...{ name, type: 'int', by: null, package: null, bound: null },
  ...more,
})

function planned(variables: readonly Looked[], receipts: readonly Receipt[], more: Partial<MoveFacts> = {}) {
  const there = { python: '3.13.0', missing: [], versions: {}, gpu: false, folder: '/' }
  const look = {
    ...there,
    variables: [...variables],
    random: {},
    environment: {},
    hidden: [],
    distributions: {},
  }
  const none = {
    present: new Map(),
    withoutSecret: new Map(),
    lacking: new Set<string>(),
    loadable: new Map(),
  }
  const plan = planMove({ ...none, receipts, target: there, ...more, look })
  const ways = Object.fromEntries(plan.variables.map(({ name, way, reason }) => [name, reason?.code ?? way]))
  return {
    ...plan,
    ways,
    again: plan.rerun.map(({ run: id }) => id),
    loads: plan.load.map(({ run: id }) => id),
  }
}

test('what is stored is sent, however quick its run was; what is not, is made again on it', () => {
  const receipts = [
    run(1, 'make', { generated: [bound('x', 'make')], durationMs: 1 }),
    run(2, 'define', { used: [edge('x', { by: 'make' })], generated: [bound('f', 'define')] }),
  ]
  const plan = planned([looked('x'), looked('f')], receipts, { loadable: new Map([stored('make', 'x')]) })
  expect(plan.ways).toEqual({ x: 'sent', f: 'rerun' })
  expect([plan.loads, plan.again]).toEqual([['make'], ['define']])
})

test('a run with effects is not repeated, nor one that needs it', () => {
  const receipts = [
    run(1, 'write', { generated: [bound('f', 'write'), edge('out.csv', { kind: 'file' })] }),
    run(2, 'ask', { used: [edge('http://a/', { kind: 'url' })], generated: [bound('g', 'ask')] }),
    run(3, 'use', { used: [edge('f', { by: 'write' })], generated: [bound('h', 'use')] }),
    run(4, 'plain', { generated: [bound('k', 'plain')] }),
  ]
  const plan = planned([looked('f'), looked('g'), looked('h'), looked('k')], receipts)
  expect(plan.ways).toEqual({ f: 'effects', g: 'effects', h: 'effects', k: 'rerun' })
  expect(plan.again).toEqual(['plain'])
})

test('what belongs to its process, or lacks something there, stays', () => {
  const receipts = [
    run(1, 'make', { generated: ['flow', 'net', 'frame'].map((name) => bound(name, 'make')) }),
  ]
  const variables = [
    looked('flow', { bound: 'generator' }),
    looked('net', { bound: 'gpu' }),
    looked('frame', { package: 'pandas' }),
    looked('ghost'),
  ]
  const loadable = new Map([stored('make', 'frame')])
  const target = { python: '3.13.0', missing: ['pandas'], versions: {}, gpu: false, folder: '/' }
  const without = planned(variables, receipts, { loadable, target }).ways
  expect(without).toEqual({ flow: 'generator', net: 'gpu', frame: 'package', ghost: 'unrecorded' })
  const there = planned(variables, receipts, { loadable, target: { ...target, missing: [], gpu: true } })
  expect(there.ways).toMatchObject({ flow: 'generator', net: 'rerun', frame: 'sent' })
})

test('a run whose file or secret is not there is not repeated', () => {
  const reads = run(1, 'read', {
    used: [edge('.env', { kind: 'file' })],
    generated: [bound('f', 'read')],
  })
  const died = run(2, 'dies', { generated: [bound('g', 'dies')], outcome: 'died' })
  expect(planned([looked('f'), looked('g')], [reads, died], { lacking: new Set(['.env']) }).ways).toEqual({
    f: 'unmade',
    g: 'unmade',
  })
  expect(planned([looked('f')], [reads], { withoutSecret: new Map([['read', 'a secret']]) }).ways).toEqual({
    f: 'unmade',
  })
})

test('what a kept kernel has is not made twice, also where the move had repeated its run', () => {
  const same = { cellId: 'cell', sourceDigest: digestOf('def f(): pass') }
  const again = { ...same, actor: restorer, generated: [bound('f', 'again')] }
  const receipts = [
    run(1, 'define', { ...same, generated: [bound('f', 'define'), bound('x', 'define')] }),
    run(2, 'again', again),
    run(3, 'new', { cellId: 'other', generated: [bound('y', 'new')] }),
  ]
  const present = new Map([
    ['f', 'define'],
    ['x', 'define'],
    ['y', 'define'],
  ])
  const plan = planned([looked('f'), looked('x'), looked('y')], receipts, { present })
  expect(plan.ways).toEqual({ f: 'present', x: 'present', y: 'rerun' })
})
