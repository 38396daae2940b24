// @vitest-environment happy-dom
/** What names cells by their place follows the notebook: variables and stale marks. */
import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { cellsOf, makeCell } from '@yesterday/server/contract/document.ts'
import type { StaleCell, StaleReason } from '@yesterday/server/contract/stale.ts'
import type { Variable } from '@yesterday/server/contract/variables.ts'
import { describe, expect, test, vi } from 'vitest'
import { NotebookContext } from '../src/access/context.ts'
import { accessTo } from '../src/notebook/access.ts'
import type { Notebook } from '../src/notebook/notebook.ts'
import { StaleBadge } from '../src/panels/past/stale/StaleBadge.tsx'
import { VariableRow } from '../src/panels/variables/VariableRow.tsx'
import { Keyed } from '../src/state/keyed.ts'
import { t } from '../src/text/text.ts'
import { staged } from './staged.tsx'

const user = userEvent.setup()
const { enter } = staged()
const CELLS = [{ id: 'a' }, { id: 'b' }]
const insertAbove = (notebook: Notebook): void =>
  notebook.doc.transact(
    () => cellsOf(notebook.doc).insert(0, [makeCell({ id: 'new', type: 'code', source: '' })]),
    'another person',
  )

describe('a variable', () => {
  const variable: Variable = {
    ...{ name: 'x', type: 'DataFrame', group: 'value', shape: [1200, 3], preview: 'DataFrame', size: 2048 },
    ...{ run: '01HXABCDEF', cell: 'b', running: false },
  }
  const row = (over: Partial<Variable> = {}) =>
    enter({ cells: CELLS }, () => (
      <ul>
        <VariableRow variable={{ ...variable, ...over }} isPinned={false} />
      </ul>
    ))

  test('names the cell that wrote it by its place, which others change', async () => {
    const { notebook } = await row()
    expect(screen.getByRole('button', { name: t('variables.cell', { place: 2 }) })).toBeTruthy()
    insertAbove(notebook)
    expect(await screen.findByRole('button', { name: t('variables.cell', { place: 3 }) })).toBeTruthy()
    notebook.edits.remove(['b'])
    await waitFor(() => expect(screen.queryByRole('button', { name: /^cell/i })).toBeNull())
  })

  test('leads to its value, its cell and its run, and is pinned', async () => {
    const { notebook } = await row()
    const reveal = vi.spyOn(notebook, 'reveal')
    const go = vi.spyOn(notebook.past, 'go').mockReturnValue()
    await user.click(screen.getByRole('button', { name: t('variables.cell', { place: 2 }) }))
    expect(reveal).toHaveBeenCalledWith('b')
    await user.click(screen.getByRole('button', { name: t('variables.run', { run: '01HXAB' }) }))
    expect(go).toHaveBeenCalledWith({ at: 'receipt', run: '01HXABCDEF' })
    await user.click(screen.getByRole('button', { name: t('variables.pin', { name: 'x' }) }))
    expect([...notebook.variables.pinned.get()]).toEqual(['x'])
    await user.click(screen.getByRole('button', { name: 'x' }))
    expect(notebook.variables.view.get()).toEqual({ at: 'value', name: 'x', path: [] })
  })

  test('one that is being written says so', async () => {
    await row({ running: true })
    expect(screen.getByText(t('variables.running'))).toBeTruthy()
  })

  test('one without a known writer says nothing', async () => {
    await row({ run: null, cell: null })
    expect(document.querySelectorAll('.past-link')).toHaveLength(0)
  })

  test('its words are text, however long', async () => {
    await row({ preview: '<img src=x onerror=alert(1)>', type: 'x'.repeat(500) })
    expect(document.querySelector('img')).toBeNull()
    expect(screen.getByText('<img src=x onerror=alert(1)>')).toBeTruthy()
  })
})

describe('a stale mark', () => {
  const mark = (reasons: readonly StaleReason[], { shows = true, writable = true, isBusy = false } = {}) => {
    const stale = new Keyed<StaleCell>()
    stale.set(new Map([['b', { cell: 'b', reasons: [...reasons] }]]))
    const run = { run: 'r', cell: 'b', actor: { id: 'ada', name: 'Ada' }, queued: '2026-01-01T00:00:00.000Z' }
    return enter({ cells: CELLS, writable, session: isBusy ? { queue: [run] } : {} }, ({ notebook }) => (
      <NotebookContext value={{ ...accessTo(notebook, null), stale }}>
        <StaleBadge id="b" shows={shows} />
      </NotebookContext>
    ))
  }
  const upstream: StaleReason = { kind: 'upstream', cell: 'a', name: 'x' }
  const input: StaleReason = { kind: 'input', name: 'y', cell: 'a', run: 'r1' }
  const badge = () => screen.queryByRole('button', { name: new RegExp(`^${t('stale.label')}`) })

  test('says each reason, with the place that the cell has now', async () => {
    const { notebook } = await mark([upstream, input])
    const sentence = (n: number) => t('stale.upstream', { name: 'x', cell: t('stale.cell', { n }) })
    expect(badge()?.title.split('\n')).toHaveLength(2)
    expect(badge()?.getAttribute('aria-label')).toContain(sentence(1))
    insertAbove(notebook)
    await waitFor(() => expect(badge()?.getAttribute('aria-label')).toContain(sentence(2)))
    notebook.edits.remove(['a'])
    await waitFor(() =>
      expect(badge()?.title).toContain(t('stale.upstream', { name: 'x', cell: t('stale.cellGone') })),
    )
  })

  test('leads to the run and the cell, and runs what is stale', async () => {
    const { notebook } = await mark([upstream, input])
    const go = vi.spyOn(notebook.past, 'go').mockReturnValue()
    const reveal = vi.spyOn(notebook, 'reveal')
    const card = within(document.querySelector<HTMLElement>('.stale-card') ?? document.body)
    card.getByText(t('stale.seeRun')).click()
    card.getByText(t('stale.goto')).click()
    expect(go).toHaveBeenCalledWith({ at: 'receipt', run: 'r1' })
    expect(reveal).toHaveBeenCalledWith('a')
    expect(card.getByText(t('stale.run'))).toBeTruthy()
  })

  test('a reader does not run', async () => {
    await mark([upstream], { writable: false })
    expect(screen.queryByText(t('stale.run'))).toBeNull()
  })

  test('there is none while the cell waits', async () => {
    await mark([upstream], { isBusy: true })
    await waitFor(() => expect(badge()).toBeNull())
  })

  test('nor for an unknown run of a cell that shows nothing', async () => {
    await mark([{ kind: 'unknown' }], { shows: false })
    expect(badge()).toBeNull()
  })

  test('nor without a reason', async () => {
    await mark([])
    expect(badge()).toBeNull()
  })
})
