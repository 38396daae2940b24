// @vitest-environment happy-dom
/** The panel of sweeps: what can be started and by whom, the order of trials, and what each state shows. */

import { cleanup, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { Sweep, SweepTrial } from '@yesterday/server/contract/sweeps.ts'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { NotebookContext } from '../src/access/context.ts'
import { accessTo } from '../src/notebook/access.ts'
import { Notebook } from '../src/notebook/notebook.ts'
import { SweepsPanel } from '../src/panels/sweeps/SweepsPanel.tsx'
import { sortTrials } from '../src/panels/sweeps/sort-trials.ts'
import { t } from '../src/text/text.ts'

const trial = (number: number, more: Partial<SweepTrial>): SweepTrial => ({
  ...{
    number,
    values: { lr: String(number) },
    state: 'ok',
    durationMs: 1000,
    run: `r${number}`,
    session: 's',
  },
  ...{ metrics: {}, error: null, ...more },
})
const sweep: Sweep = {
  ...{
    id: '0123456789abcdef',
    state: 'interrupted',
    revision: 4,
    ended: '2026-11-30T10:00:00.000Z',
    problem: null,
  },
  ...{ started: '2026-11-30T09:00:00.000Z', by: { id: 'ada', name: 'Ada' } },
  request: {
    parameters: [{ name: 'lr', values: '1..3' }],
    random: null,
    seed: null,
    parallel: 2,
    stopWhen: '',
  },
  trials: [
    trial(1, { metrics: { acc: 0.5 } }),
    trial(2, { state: 'killed', run: null }),
    trial(3, { metrics: { acc: 0.75 } }),
  ],
}
const { trials, revision: _, problem: __, ...head } = sweep
const list = { sweeps: [{ ...head, trials: 3, endedTrials: 3 }], parallel: 2 }

const answers = vi.fn<(url: string, init?: RequestInit) => Promise<Response>>()
const user = userEvent.setup()
let notebook: Notebook | null = null
const draw = (role: 'viewer' | 'owner'): void => {
  const opened = { path: 'a.ipynb', documentId: 'd', epoch: 'e', writable: role === 'owner', role }
  notebook = new Notebook(opened, 'ws://127.0.0.1:9')
  render(
    <NotebookContext value={accessTo(notebook, null)}>
      <SweepsPanel />
    </NotebookContext>,
  )
}
beforeEach(() => {
  vi.stubGlobal('fetch', answers)
  answers.mockReset()
  answers.mockImplementation(async (url) => Response.json(url.endsWith('/sweeps') ? list : sweep))
})
afterEach(() => {
  cleanup()
  void notebook?.close()
  notebook = null
  vi.unstubAllGlobals()
})

test('trials are sorted by a number; those without it come last', () => {
  const order = (by: Parameters<typeof sortTrials>[1]) => sortTrials(trials, by).map(({ number }) => number)
  expect(order({ by: { metric: 'acc' }, isDown: true })).toEqual([3, 1, 2])
  expect(order({ by: { metric: 'acc' }, isDown: false })).toEqual([1, 3, 2])
  expect(order({ by: 'number', isDown: true })).toEqual([3, 2, 1])
  expect(order({ by: 'time', isDown: true })).toEqual([1, 2, 3])
})

test('a form says how many trials there are, and starts them as they are written', async () => {
  draw('owner')
  await user.type(await screen.findByLabelText(t('sweeps.parameter')), 'lr')
  const values = screen.getByLabelText(t('sweeps.values'))
  await user.type(values, 'f(x)')
  expect(values.getAttribute('aria-invalid')).toBe('true')
  expect(screen.getByRole('button', { name: t('sweeps.start') })).toHaveProperty('disabled', true)
  await user.clear(values)
  await user.type(values, '0.001..0.1:log')
  expect(screen.getByRole('status').textContent).toBe(t('sweeps.notYet'))
  await user.click(screen.getByLabelText(t('sweeps.random')))
  expect(screen.getByRole('status').textContent).toBe('20 trials')
  await user.type(screen.getByLabelText(t('sweeps.stopWhen')), 'acc > 0.9')
  await user.click(screen.getByRole('button', { name: t('sweeps.start') }))
  const sent = answers.mock.calls.find(([, init]) => init?.method === 'POST')?.[1]?.body
  expect(JSON.parse(String(sent))).toEqual({
    parameters: [{ name: 'lr', values: '0.001..0.1:log' }],
    ...{ random: 20, seed: null, parallel: null, stopWhen: 'acc > 0.9' },
  })
})

test('a viewer sees a sweep that the end of the server interrupted, and can start and change nothing', async () => {
  draw('viewer')
  expect(await screen.findByText(t('sweeps.mayNot'))).toBeTruthy()
  await user.click(screen.getByRole('button', { name: 'lr' }))
  expect(await screen.findByText(t('sweeps.state.interrupted'))).toBeTruthy()
  expect(screen.getByText('The server ended during trial 2.')).toBeTruthy()
  expect(screen.queryByRole('button', { name: t('sweeps.useOf', { n: 1 }) })).toBeNull()
  expect(screen.getAllByRole('button', { name: /^Receipt/ })).toHaveLength(2)
})

test('what the server refuses is shown, and can be asked again', async () => {
  answers.mockImplementation(async () =>
    Response.json({ error: { code: 'internal', message: 'The history cannot be read.' } }, { status: 500 }),
  )
  draw('owner')
  await waitFor(() => expect(document.body.textContent).toContain('The history cannot be read.'))
})
