import type { ExecuteOutcome, Message, SpooledRun } from '@yesterday/kernel-bridge'
import { describe, expect, test } from 'vitest'
import { type PastFacts, pastOf } from '../../src/session/past.ts'
import type { OpenRun } from '../../src/store/ports.ts'

const now = '2026-01-01T00:00:10.000Z'
const at = '2026-01-01T00:00:00.000Z'
const digest = `sha256:${'0'.repeat(64)}`

const open = (run: string, started: string | null = null): OpenRun => ({
  run,
  started,
  queued: {
    type: 'run-queued',
    run,
    session: 's',
    at,
    notebook: 'a.ipynb',
    cellId: `cell-${run}`,
    cell: 3,
    actor: { id: 'ada', name: 'Ada' },
    sourceDigest: digest,
    title: 'x = 1',
  },
})

const said = (date: string): Message => ({
  channel: 'iopub',
  header: { msg_id: date, msg_type: 'stream', session: 'k', username: '', date, version: '5.4' },
  parent: {},
  metadata: {},
  content: {},
  buffers: [],
})

const ok: ExecuteOutcome = { status: 'ok', executionCount: 1, payload: [] }
const lost: ExecuteOutcome = {
  status: 'died',
  death: { signal: null, exitCode: null, likely: 'lost', stderrTail: '' },
}

const spooled = (runId: string, more: Partial<SpooledRun> = {}): SpooledRun => ({
  runId,
  cellId: null,
  messages: [],
  finished: true,
  outcome: ok,
  record: null,
  ...more,
})

const past = (facts: Partial<PastFacts>) =>
  pastOf({
    session: 's',
    open: [],
    spooled: [],
    running: null,
    sources: new Map([[digest, 'x = 1']]),
    live: new Map([[digest, 'x = 1']]),
    nextOrder: 4,
    environment: null,
    now,
    unknown: null,
    ...facts,
  })

describe('what an earlier server left', () => {
  test('runs that the kernel has come in their order, the others wait with their frozen source', () => {
    const left = past({ open: [open('a', at), open('b'), open('c')], spooled: [spooled('b'), spooled('a')] })
    expect(left.sent.map(({ run, order, isLogged }) => [run.run, order, isLogged])).toEqual([
      ['a', 4, true],
      ['b', 5, false],
    ])
    expect(left.queue).toMatchObject([{ run: 'c', cell: 'cell-c', place: 3, source: 'x = 1' }])
    expect(left.nextOrder).toBe(6)
  })

  test('a spooled run whose end is in the log already is not ended again', () => {
    expect(past({ open: [], spooled: [spooled('a')] })).toMatchObject({ sent: [], queue: [] })
  })

  test('the running one has no outcome yet and goes on', () => {
    const execution = { msgId: 'm', done: Promise.resolve(ok) }
    const one = spooled('a', { finished: false, outcome: null, messages: [said(at)] })
    const { sent } = past({
      open: [open('a', at)],
      spooled: [one],
      running: { runId: 'a', execution },
      unknown: lost,
    })
    expect(sent).toMatchObject([{ outcome: null, execution, ended: null, messages: [{ channel: 'iopub' }] }])
  })

  test('a started run of which a recording kernel knows nothing never came there: it is sent again', () => {
    const { sent, queue, restarted } = past({ open: [open('a', at), open('b')] })
    expect(sent).toEqual([])
    expect(queue.map(({ run }) => run)).toEqual(['a', 'b'])
    expect([...restarted]).toEqual(['a'])
  })

  test('a started run without any record is lost, and is never sent twice', () => {
    const { sent, queue } = past({ open: [open('a', at), open('b')], unknown: lost })
    expect(sent).toMatchObject([{ run: { run: 'a' }, outcome: lost, started: at, ended: null }])
    expect(queue.map(({ run }) => run)).toEqual(['b'])
  })

  test('times are those of the record, else of the first and last message, as timestamps', () => {
    const messages = [said('2026-01-01T01:00:01.500+01:00'), said('2026-01-01T00:00:02Z')]
    const found = past({ open: [open('a')], spooled: [spooled('a', { messages })] })
    expect(found.sent).toMatchObject([
      { started: '2026-01-01T00:00:01.500Z', ended: '2026-01-01T00:00:02.000Z' },
    ])
    const recorded = past({
      open: [open('a')],
      spooled: [spooled('a', { messages, record: { ended: Date.parse(now) / 1000 } })],
    })
    expect(recorded.sent).toMatchObject([{ ended: now }])
  })

  test('a waiting run whose secrets are nowhere cannot run any more, and keeps its place', () => {
    const known = past({ open: [open('a'), open('b')], live: new Map() })
    expect(known.queue).toEqual([])
    expect(known.unrunnable.map(({ run, order }) => [run.run, order])).toEqual([
      ['a', 4],
      ['b', 5],
    ])
    expect(known.nextOrder).toBe(6)
  })

  test('a waiting run whose source is missing is an error that names both', () => {
    expect(() => past({ open: [open('a')], sources: new Map() })).toThrow(/run a .*sha256/)
  })
})
