// @vitest-environment happy-dom
/** Ends of runs in words for those who do not look: together, once, and outside of the page where work took long. */
import { act, screen } from '@testing-library/react'
import { metaOf } from '@yesterday/server/contract/document.ts'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { RunAnnouncer } from '../src/notebook/RunAnnouncer.tsx'
import type { Recorded } from '../src/session/session-socket.ts'
import { t } from '../src/text/text.ts'
import { noticeTexts, staged } from './staged.tsx'

const { enter } = staged()
const outside = vi.hoisted(() => vi.fn<(title: string, body: string, tag: string) => void>())
vi.mock('../src/settings/notifications.ts', async (original) => ({
  ...(await original<object>()),
  showNotification: outside,
}))
let hidden = false
beforeEach(() => {
  hidden = false
  document.title = 'analysis'
  outside.mockReset()
  vi.spyOn(document, 'hidden', 'get').mockImplementation(() => hidden)
})
afterEach(() => {
  vi.useRealTimers()
  hidden = false
  document.dispatchEvent(new Event('visibilitychange'))
})

const ended = (cell: string | null, over: Partial<Recorded> = {}): Recorded => ({
  ...{ type: 'recorded', run: `r-${cell}`, cell, outcome: 'ok', durationMs: 100 },
  ...{
    started: '2026-01-01T00:00:00.000Z',
    ended: '2026-01-01T00:00:01.000Z',
    actor: { id: 'ada', name: 'Ada' },
  },
  ...over,
})
const long = (cell: string, over: Partial<Recorded> = {}) =>
  ended(cell, { ended: '2026-01-01T00:01:00.000Z', ...over })

async function announcer(session = {}) {
  const stage = await enter({ cells: [{ id: 'a' }, { id: 'b' }, { id: 'c' }], session }, ({ notebook }) => (
    <RunAnnouncer notebook={notebook} />
  ))
  vi.useFakeTimers()
  const record = (...runs: Recorded[]): void => {
    for (const run of runs) stage.notebook.session.recorded.emit(run)
  }
  const pause = (): void => act(() => void vi.advanceTimersByTime(400))
  return { notebook: stage.notebook, record, pause, region: () => screen.getByRole('status') }
}

describe('read out', () => {
  test('one run by its place, politely', async () => {
    const { record, pause, region } = await announcer()
    expect(region().getAttribute('aria-live')).toBe('polite')
    record(ended('b'))
    expect(region().textContent).toBe('')
    pause()
    expect(region().textContent).toBe(t('cell.saidDone', { n: 2 }))
  })

  test('runs that end together are one sentence', async () => {
    const { record, pause, region } = await announcer()
    record(ended('a'))
    act(() => void vi.advanceTimersByTime(300))
    record(ended('b'), ended('c'))
    act(() => void vi.advanceTimersByTime(300))
    expect(region().textContent).toBe('')
    pause()
    expect(region().textContent).toBe(t('cell.saidAll', { n: 3 }))
  })

  test.each(['error', 'died', 'aborted'] as const)(
    'one that ended as %s is named before those that are well',
    async (outcome) => {
      const { record, pause, region } = await announcer()
      record(ended('a'), ended('c', { outcome }), ended('b'))
      pause()
      expect(region().textContent).toBe(t('cell.saidFailed', { n: 3 }))
    },
  )

  test('the same words again are another text, so that they are read again', async () => {
    const { record, pause, region } = await announcer()
    record(ended('a'))
    pause()
    const first = region().firstChild
    record(ended('a'))
    pause()
    expect(region().textContent).toBe(t('cell.saidDone', { n: 1 }))
    expect(region().firstChild).not.toBe(first)
  })

  test.each([
    ['a program, without a cell', null],
    ['a cell that is gone', 'gone'],
  ])('a run of %s has no number', async (_, cell) => {
    const { record, pause, region } = await announcer()
    record(ended(cell))
    pause()
    expect(region().textContent).toBe(t('cell.saidGoneDone'))
    record(ended(cell, { outcome: 'error' }))
    pause()
    expect(region().textContent).toBe(t('cell.saidGoneFailed'))
  })
})

describe('outside of the page', () => {
  test('long work has a sign in the title and a notification, until the page is looked at', async () => {
    const { record, pause } = await announcer()
    hidden = true
    record(long('a'))
    pause()
    expect(document.title).toBe('✓ analysis')
    expect(outside.mock.calls[0]?.[0]).toBe('✓ analysis.ipynb')
    expect(outside.mock.calls[0]?.[1]).toContain(t('cell.saidDone', { n: 1 }))
    expect(noticeTexts()).toEqual([])
    hidden = false
    act(() => void document.dispatchEvent(new Event('visibilitychange')))
    expect(document.title).toBe('analysis')
    expect(noticeTexts()[0]).toContain(t('cell.saidDone', { n: 1 }))
  })

  test('a failure has the other sign, and only the last sign counts', async () => {
    const { record, pause } = await announcer()
    hidden = true
    record(long('a'))
    pause()
    record(long('b', { outcome: 'error' }))
    pause()
    expect(document.title).toBe('✕ analysis')
  })

  test('the notification has the name that the file has now', async () => {
    const { notebook, record, pause } = await announcer()
    metaOf(notebook.doc).set('path', 'renamed.ipynb')
    hidden = true
    record(long('a'))
    pause()
    expect(outside.mock.calls[0]?.[0]).toBe(`✓ ${notebook.path.get()}`)
  })

  test('short work has none', async () => {
    const { record, pause } = await announcer()
    hidden = true
    record(ended('a'), ended('b'))
    pause()
    expect([document.title, outside.mock.calls.length]).toEqual(['analysis', 0])
  })

  test('a page that is looked at keeps its title', async () => {
    const { record, pause } = await announcer()
    record(long('a'))
    pause()
    expect(document.title).toBe('analysis')
  })

  test('while more is to run, it waits for the last run', async () => {
    const run = { run: 'r', cell: 'b', actor: { id: 'ada', name: 'Ada' }, queued: '2026-01-01T00:00:00.000Z' }
    const { record, pause } = await announcer({ queue: [run] })
    hidden = true
    record(long('a'))
    pause()
    expect([document.title, outside.mock.calls.length]).toEqual(['analysis', 0])
  })

  test('times that are none break nothing', async () => {
    const { record, pause, region } = await announcer()
    hidden = true
    record(ended('a', { started: 'x', ended: 'y' }))
    pause()
    expect([region().textContent, outside.mock.calls.length]).toEqual([t('cell.saidDone', { n: 1 }), 0])
  })
})
