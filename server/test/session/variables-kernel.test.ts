/** Variables as a session's kernel reports them, and kernels that report nonsense. */
import { RequestTimeoutError } from '@yesterday/kernel-bridge'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { computes, ValueAsk } from '../../contract/variables.ts'
import { seconds } from '../../setup/patience.js'
import { askValue, askVariable, askVariables, whyNot } from '../../src/session/variables.ts'
import { ada, type House, makeProject, openHouse, python, raze, whySkipped } from './house.ts'

let house: House | null = null
afterEach(async () => {
  if (house !== null) await raze(house)
  house = null
})

const FIRST = { list: null, since: 0 }
const long = `
import time
during = 'yes'
while True: time.sleep(0.01)
`

describe.skipIf(python === null)(`variables of a session${whySkipped}`, () => {
  test('are reported with their cell and run, during a run as well', async () => {
    house = await openHouse(await makeProject({ a: 'items = [1, 2]', b: long }))
    const { session } = await house.open()
    await session.run(['a'], ada)
    await vi.waitFor(() => expect(session.view().kernel.state).toBe('idle'), seconds(60))
    await session.settled()
    const { kernel } = session
    if (kernel === null) return expect.fail('there is no kernel')
    const answer = await askVariables(kernel, FIRST)
    if (answer.state !== 'known') return expect.fail(answer.state)
    expect(answer.changes.changed).toMatchObject([
      { name: 'items', type: 'list', shape: [2], preview: '[1, 2]', cell: 'a', running: false },
    ])
    await session.run(['b'], ada)
    await vi.waitFor(async () => {
      const one = await askVariable(kernel, 'during')
      expect(one).toMatchObject({ variable: { preview: "'yes'", cell: 'b', running: true } })
    }, seconds(60))
    session.interrupt()
    await vi.waitFor(() => expect(session.view().kernel.state).toBe('idle'), seconds(60))
    expect(await askVariable(kernel, 'absent')).toEqual({ state: 'known', variable: null })
  })
})

/** A kernel that answers every request with `reply`. */
const answering = (reply: unknown, more: object = {}) => ({
  recording: true,
  status: 'busy' as const,
  info: { supported_features: ['kernel subshells'] },
  request: async () => JSON.parse(JSON.stringify(reply)),
  ...more,
})

test('a kernel without subshells is not asked during a run, one without a recorder never', async () => {
  expect(whyNot(answering({}))).toBeNull()
  expect(whyNot(answering({}, { info: {} }))).toBe('waits')
  expect(whyNot(answering({}, { info: {}, status: 'idle' }))).toBeNull()
  expect(await askVariables(answering({}, { recording: false }), FIRST)).toEqual({ state: 'unsupported' })
})

test.each([
  ['nothing', {}],
  ['a refusal', { status: 'refused', reason: 'failed', detail: '' }],
  ['another form', { status: 'ok', changes: { list: 1 } }],
  ['a name that is no text', { status: 'ok', changes: listed([{ name: {} }]) }],
  ['too many', { status: 'ok', changes: listed(Array(5001).fill(entry('x'))) }],
  ['a preview without end', { status: 'ok', changes: listed([entry('x', { preview: 'x'.repeat(501) })]) }],
  ['more than can be sent', { status: 'ok', changes: listed([]), more: 'x'.repeat(9_000_000) }],
])('%s in a listing is an error for people', async (_, reply) => {
  await expect(askVariables(answering(reply), FIRST)).rejects.toThrow(/^The kernel sent/)
})

test('fields that are not known are left out, and unknown viewers too', async () => {
  const changes = listed([entry('x', { opens: 'other', secret: 1 })])
  const answer = await askVariables(answering({ status: 'ok', changes }), FIRST)
  expect(answer).toEqual({ state: 'known', changes: listed([entry('x')]) })
})

const rows = { ask: 'rows', name: 'df', path: [], fixed: [], start: 0, count: 1, columns: [0] } as const

test('reading a page computes nothing; orders, filters, slices and statistics do', () => {
  const asks = [
    { ask: 'head', name: 'df' },
    rows,
    { ...rows, sorts: [{ column: 0, descending: true }] },
    { ...rows, filters: [{ column: 0, operation: 'eq', value: '1' }] },
    { ...rows, fixed: [1] },
    { ask: 'summaries', name: 'df', columns: [0] },
    { ask: 'children', name: 'df', start: 0 },
  ].map((ask) => computes(ValueAsk.parse(ask)))
  expect(asks).toEqual([false, false, true, true, true, true, false])
})

test('pages of values are parsed and bounded; refusals keep their reason', async () => {
  const page = { status: 'ok', total: 1, start: 0, cells: [['1']], labels: null, more: 1 }
  const of = ValueAsk.parse(rows)
  const { status: _, more: __, ...value } = page
  expect(await askValue(answering(page), of)).toEqual({ state: 'known', value })
  const refused = { status: 'refused', reason: 'gone', detail: '' }
  expect(await askValue(answering(refused), of)).toEqual({ state: 'refused', reason: 'gone', detail: '' })
  expect(await askValue(answering({ status: 'refused', reason: 'odd' }), of)).toMatchObject({
    reason: 'failed',
  })
  expect(await askValue(answering(page, { info: {} }), of)).toMatchObject({ reason: 'waits' })
  for (const cells of [[[1]], [['x'.repeat(2001)]], Array(101).fill([])])
    await expect(askValue(answering({ ...page, cells }), of)).rejects.toThrow(/^The kernel sent/)
})

test('one that does not answer in time says so', async () => {
  const late = answering({}, { request: () => Promise.reject(new RequestTimeoutError('x', 1)) })
  await expect(askVariables(late, FIRST)).rejects.toThrow(RequestTimeoutError)
})

function entry(name: string, more: object = {}) {
  return { name, type: 'int', group: 'value', run: null, cell: null, running: false, ...more }
}

function listed(changed: readonly object[]) {
  return { list: '1', revision: 1, whole: true, changed, removed: [], left: 0, running: false }
}
