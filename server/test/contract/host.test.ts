/** Where a kernel ran: from the kernel into the record, and in words. */
import type { KernelSpec } from '@yesterday/kernel-bridge'
import { expect, test } from 'vitest'
import { hostText } from '../../contract/receipt-words.ts'
import { Receipt, type RunHost } from '../../contract/run.ts'
import { linesOf } from '../../contract/why-words.ts'
import { sayIn } from '../../contract/words.ts'
import { receiptLines } from '../../src/cli/receipt-text.ts'
import { runHostOf } from '../../src/session/session-record.ts'
import { receipt } from '../replay/given.ts'

const spec: KernelSpec = {
  ...{ name: 'python3@hpc', displayName: 'Python 3 on HPC', language: 'python', argv: [], env: {} },
  interruptMode: 'message',
  ...{ resourceDir: null, metadata: {} },
}
const where = { provider: 'slurm', id: 'hpc', title: 'HPC', problem: null }
const allocation = { job: '12', cluster: null, partition: 'debug', node: 'node2', limits: '', endsAt: null }
const elsewhere = { cluster: null, partition: null, job: null, node: null }
const job: RunHost = {
  provider: 'slurm',
  name: 'HPC',
  job: '12',
  cluster: null,
  partition: 'debug',
  node: 'node2',
}
const [en, zh] = [sayIn.en, sayIn.zh]

test('a kernel of this machine has no host, another that of its place and job', () => {
  expect(runHostOf({ spec })).toBeNull()
  expect(runHostOf({ spec: { ...spec, where }, allocation })).toEqual(job)
  expect(runHostOf({ spec: { ...spec, where }, allocation: null })).toEqual({
    ...elsewhere,
    ...host('slurm'),
  })
})

const host = (provider: string) => ({ provider, name: 'HPC' })

test.for<readonly [RunHost | null, string, string]>([
  [null, 'this machine', '本机'],
  [job, 'node2, in job 12 on HPC', 'node2（HPC 的作业 12）'],
  [{ ...job, node: null }, 'job 12 on HPC', 'HPC 的作业 12'],
  [{ ...elsewhere, provider: 'ssh', name: 'gpu1' }, 'gpu1, by SSH', 'gpu1（通过 SSH）'],
  [{ ...elsewhere, provider: 'jupyter', name: 'Lab' }, 'Lab, a Jupyter server', 'Lab（Jupyter 服务器）'],
  [{ ...elsewhere, provider: 'other', name: 'X' }, 'X', 'X'],
])('%j in words', ([one, english, chinese]) => {
  expect(hostText(one, en)).toBe(english)
  expect(hostText(one, zh)).toBe(chinese)
})

test('the receipt and the reason name it; those of this machine and older ones do not', () => {
  const lines = (one: Receipt): readonly string[] => [
    ...receiptLines(one, en),
    ...linesOf({ ...facts, receipt: one, run: { ...one, order: 1 } }, en),
  ]
  const of = (one: Receipt) => lines(one).filter((line) => line.includes('ernel'))
  expect(of(receipt('a', { host: job }))).toEqual([
    '  Kernel: node2, in job 12 on HPC',
    'Its kernel ran on node2, in job 12 on HPC.',
  ])
  expect(of(receipt('a', { host: null }))).toEqual([])
  expect(of(receipt('a'))).toEqual([])
  expect(Receipt.parse(receipt('a')).host).toBeUndefined()
})

const facts = {
  ...{ inputs: [], roots: [], output: null, name: null },
  ...{ sourceChanged: null, notReplayable: null },
}
