// @vitest-environment happy-dom
/** What a person sees of forecasts, and the question before a run that will take much. */

import { cleanup, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { CellForecast, Forecast } from '@yesterday/server/contract/prediction.ts'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Stage } from '../gallery/stage.tsx'
import { EditorPool } from '../src/editor/editor-pool.ts'
import { CellStatus } from '../src/notebook/CellStatus.tsx'
import { totalOf, warningOf } from '../src/notebook/forecast-total.ts'
import { longForecast, shortForecast, totalText } from '../src/notebook/forecast-words.ts'
import { RunQuestion } from '../src/notebook/RunQuestion.tsx'

const user = userEvent.setup()
let stage: Stage | null = null
beforeEach(() => {
  vi.spyOn(EditorPool.prototype, 'load').mockReturnValue(new Promise(() => {}))
})
afterEach(async () => {
  cleanup()
  await stage?.leave()
  stage = null
  vi.restoreAllMocks()
})

const GB = 2 ** 30
const forecast = (value: number, more: Partial<Forecast> = {}): Forecast => ({
  ...{ value, low: value * 0.5, high: value * 2, method: 'inputs', runs: 14 },
  ...more,
})
const cell = (id: string, ms: Forecast | null, memory: Forecast | null = null): CellForecast => ({
  ...{ cell: id, ms, memory, stored: null },
})

async function enter(cells: readonly CellForecast[], memoryFree: number | null) {
  stage = await Stage.enter({
    notebook: { cells: cells.map(({ cell: id }) => ({ id })) },
    draw: ({ notebook }) => (
      <>
        {cells.map(({ cell: id }) => (
          <CellStatus key={id} notebook={notebook} id={id} badge={null} />
        ))}
        <RunQuestion notebook={notebook} />
      </>
    ),
  })
  const { notebook } = stage
  notebook.forecasts.take({ cells: [...cells], learned: 14, memoryFree })
  render(stage.node())
  return { notebook, sent: vi.spyOn(notebook, 'command') }
}

describe('in words', () => {
  test('beside a cell only what is worth planning with', () => {
    expect(shortForecast(cell('a', forecast(400)), null)).toBeNull()
    expect(shortForecast(cell('a', forecast(40_000)), null)).toBe('about 40 s')
    expect(shortForecast(cell('a', forecast(40_000), forecast(3 * GB)), null)).toMatch(
      /^about 40 s and 3.* GB/,
    )
    expect(longForecast(cell('a', forecast(400)))).toBe(
      'about 400 ms (200 ms to 800 ms); learned from 14 runs of this code',
    )
    expect(longForecast(cell('a', forecast(400, { method: 'exact', runs: 1 })))).toContain('from 1 equal run')
  })

  test('beside the last duration only what differs from it, to no false second', () => {
    expect(shortForecast(cell('a', forecast(40_000)), 36_000)).toBeNull()
    expect(shortForecast(cell('a', forecast(40_000), forecast(3 * GB)), 36_000)).toMatch(
      /^next: about 40 s and 3/,
    )
    expect(shortForecast(cell('a', forecast(2_411_000)), 36_000)).toBe('next: about 40 min')
    expect(shortForecast(cell('a', forecast(128_000)), 36_000)).toBe('next: about 2 min 10 s')
  })

  test('the sum says of how many cells nothing is known', () => {
    const total = totalOf([
      cell('a', forecast(30_000)),
      cell('b', null),
      cell('c', forecast(10_000)),
      undefined,
    ])
    expect(total?.ms).toBe(40_000)
    expect(totalText(total ?? expect.fail())).toBe('Takes about 40 s; nothing is known of 1 cell')
    expect(totalOf([cell('b', null)])).toBeNull()
  })

  test('only ten minutes and more, or more memory than is free, ask', () => {
    const of = (ms: number, memory: number) => totalOf([cell('a', forecast(ms), forecast(memory))])
    expect(warningOf(of(500_000, GB), 2 * GB)).toBeNull()
    expect(warningOf(of(700_000, GB), 2 * GB)).not.toBeNull()
    expect(warningOf(of(1_000, 3 * GB), 2 * GB)).not.toBeNull()
    expect(warningOf(of(1_000, 3 * GB), null)).toBeNull()
    expect(warningOf(null, 0)).toBeNull()
  })
})

describe('in the page', () => {
  test('the cell shows what its run will take, and where that is from', async () => {
    await enter([cell('a', forecast(40_000)), cell('b', forecast(10))], null)
    const shown = await screen.findByText('about 40 s')
    expect(shown.title).toContain('learned from 14 runs of this code')
    expect(screen.queryByText(/about 10/)).toBeNull()
  })

  test('a short run asks nothing', async () => {
    const { notebook, sent } = await enter([cell('a', forecast(1000))], 8 * GB)
    notebook.run(['a'])
    expect(sent).toHaveBeenCalledWith({ type: 'run', cells: ['a'] })
    expect(screen.queryByRole('dialog')).toBeNull()
  })

  test('a long and large run asks first', async () => {
    const { notebook, sent } = await enter([cell('a', forecast(2_400_000), forecast(30 * GB))], 23 * GB)
    notebook.run(['a'])
    const dialog = await screen.findByRole('dialog', { name: /about 40 min and 3.* GB; you have 2.* GB/ })
    expect(sent).not.toHaveBeenCalled()
    expect(dialog.textContent).toContain('learned from 14 runs of this code')
    await user.click(screen.getByRole('button', { name: 'Run' }))
    expect(sent).toHaveBeenCalledWith({ type: 'run', cells: ['a'] })
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  })

  test('cancelled, it does not run', async () => {
    const { notebook, sent } = await enter([cell('a', forecast(2_400_000))], null)
    notebook.run(['a'])
    await user.click(await screen.findByRole('button', { name: 'Cancel' }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(sent).not.toHaveBeenCalled()
  })
})
