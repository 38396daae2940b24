// @vitest-environment happy-dom
/** The plot of runs: its axes, the keys that lead from run to run, and what it says where there is nothing to draw. */
import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { TableRow } from '@yesterday/server/contract/past.ts'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { row } from '../gallery/data.ts'
import { RunPlot } from '../src/panels/past/log/RunPlot.tsx'
import type { LogState } from '../src/panels/past/log/useLog.ts'
import { t } from '../src/text/text.ts'
import { staged } from './staged.tsx'

const user = userEvent.setup()
const { enter } = staged()
beforeEach(() => {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe = () => undefined
      disconnect = () => undefined
    },
  )
})

const run = (name: string, lr: number | null, acc: number | null, over: Partial<TableRow> = {}): TableRow =>
  row(name, {
    title: `run ${name}`,
    parameters: lr === null ? {} : { lr },
    metrics: acc === null ? {} : { acc },
    ...over,
  })
const RUNS = [run('c', 0.3, 0.7), run('b', 0.2, 0.9, { outcome: 'error' }), run('a', 0.1, 0.5)]

async function plot(runs: readonly TableRow[] = RUNS, names = { parameters: ['lr'], metrics: ['acc'] }) {
  const log: LogState = { at: 'ready', runs, next: null, problem: null, ...names }
  const { notebook } = await enter({}, () => <RunPlot log={log} />)
  return { go: vi.spyOn(notebook.past, 'go').mockReturnValue() }
}
const marks = () => within(screen.getByRole('group', { name: t('plot.title') })).queryAllByRole('button')
const axis = (name: 'x' | 'y') => screen.getByLabelText<HTMLSelectElement>(t(`plot.${name}`))
const words = (element: Element | undefined | null) => element?.getAttribute('aria-label') ?? ''
const sentence = () => document.querySelector('.run-plot-sentence')?.textContent

describe('two numbers against each other', () => {
  test('a parameter and a metric first; each run is a button with its numbers and outcome', async () => {
    await plot()
    expect([axis('x').selectedOptions[0]?.text, axis('y').selectedOptions[0]?.text]).toEqual(['lr', 'acc'])
    expect(marks()).toHaveLength(3)
    const failed = marks().find((one) => words(one).startsWith('run b'))
    expect(words(failed)).toBe(['run b', t('outcome.error'), 'lr 0.2', 'acc 0.9'].join(' · '))
  })

  test('the outcome is a shape, not a colour alone', async () => {
    await plot()
    const shape = (name: string) => document.querySelector(`[data-run="${name}"] .run-plot-dot`) !== null
    expect([shape('a'), shape('b'), shape('c')]).toEqual([true, false, true])
  })

  test('another axis is chosen, and the words follow', async () => {
    await plot()
    await user.selectOptions(axis('x'), t('column.ended'))
    expect(words(marks()[0])).not.toContain('lr')
    expect(words(marks()[0])).toContain('acc')
  })

  test('a run without one of the numbers is not on it', async () => {
    await plot([...RUNS, run('d', null, 0.4), run('e', 0.4, null)])
    expect(
      marks()
        .map((one) => one.dataset.run)
        .sort(),
    ).toEqual(['a', 'b', 'c'])
  })

  test('a larger number of x is further to the right, a larger one of y further up', async () => {
    await plot()
    const place = (name: string) => {
      const moved = document.querySelector(`[data-run="${name}"] g`)?.getAttribute('transform') ?? ''
      return [...moved.matchAll(/-?[\d.]+/g)].map(Number)
    }
    const [[ax = 0, ay = 0], [bx = 0, by = 0], [cx = 0]] = [place('a'), place('b'), place('c')]
    expect(ax < bx && bx < cx).toBe(true)
    expect(by < ay).toBe(true)
  })
})

describe('keys', () => {
  test('one stop of Tab; arrows lead from run to run, Enter to the receipt', async () => {
    const { go } = await plot()
    expect(marks().map(({ tabIndex }) => tabIndex)).toEqual([0, -1, -1])
    marks()[0]?.focus()
    await user.keyboard('{ArrowRight}')
    expect(document.activeElement).toBe(marks()[1])
    expect(marks().map(({ tabIndex }) => tabIndex)).toEqual([-1, 0, -1])
    await user.keyboard('{ArrowDown}{ArrowDown}{ArrowUp}')
    expect(document.activeElement).toBe(marks()[1])
    await user.keyboard('{Enter}')
    expect(go).toHaveBeenCalledWith({ at: 'receipt', run: marks()[1]?.dataset.run })
  })

  test('the run that is pointed at is in words below', async () => {
    const { go } = await plot()
    expect(sentence()).toBe(t('plot.point', { count: 3 }))
    await user.hover(marks()[2] ?? document.body)
    expect(sentence()).toBe(words(marks()[2]))
    await user.click(marks()[2] ?? document.body)
    expect(go).toHaveBeenCalledWith({ at: 'receipt', run: marks()[2]?.dataset.run })
  })
})

describe('all numbers side by side', () => {
  test('each run is a line through them', async () => {
    await plot()
    await user.click(screen.getByRole('button', { name: t('plot.parallel') }))
    expect(screen.getByRole('button', { name: t('plot.parallel') }).getAttribute('aria-pressed')).toBe('true')
    expect(document.querySelectorAll('.run-plot-line')).toHaveLength(3)
    expect(screen.queryByLabelText(t('plot.x'))).toBeNull()
  })

  test('a long name is cut', async () => {
    const name = 'a name that is very much longer than its axis'
    const long = RUNS.map((one, at) => ({ ...one, metrics: { [name]: at } }))
    await plot(long, { parameters: ['lr'], metrics: [name] })
    await user.click(screen.getByRole('button', { name: t('plot.parallel') }))
    expect(screen.getByText(`${name.slice(0, 19)}…`)).toBeTruthy()
  })
})

describe('nothing to draw', () => {
  test('no numbers', async () => {
    await plot(
      RUNS.map((one) => ({ ...one, parameters: {}, metrics: {} })),
      { parameters: [], metrics: [] },
    )
    expect(screen.getByText(t('plot.none'))).toBeTruthy()
  })

  test('titles and names are text', async () => {
    await plot(RUNS.map((one) => ({ ...one, title: '<b>x</b>' })))
    expect(words(marks()[0])).toContain('<b>x</b>')
    expect(document.querySelector('b')).toBeNull()
  })
})
