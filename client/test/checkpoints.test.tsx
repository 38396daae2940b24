// @vitest-environment happy-dom
/** Checkpoints in the history: making, comparing, restoring, and what a reader and a failure see. */
import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { Checkpoint, CheckpointState } from '@yesterday/server/contract/past.ts'
import { describe, expect, test, vi } from 'vitest'
import { digest } from '../gallery/data.ts'
import { FAILURE, PENDING, Refused } from '../gallery/fixture.ts'
import { Checkpoints } from '../src/panels/past/Checkpoints.tsx'
import { CheckpointView } from '../src/panels/past/CheckpointView.tsx'
import { LogFilters, sinceOf } from '../src/panels/past/log/LogFilters.tsx'
import { t } from '../src/text/text.ts'
import { Notices } from '../src/ui/Notices.tsx'
import { noting, type Sent, staged } from './staged.tsx'

const user = userEvent.setup()
const { enter } = staged()
const URL = '/api/past/checkpoints'

const checkpoint = (name: string, over: Partial<Checkpoint> = {}): Checkpoint => ({
  checkpoint: `id ${name}`,
  name,
  notebook: 'n',
  at: '2026-01-01T00:00:00.000Z',
  actor: { id: 'ada', name: 'Ada' },
  run: null,
  state: digest('1'),
  ...over,
})
const button = (name: string) => screen.getByRole<HTMLButtonElement>('button', { name })

describe('the list', () => {
  const list = async (answer: unknown, writable = true) => {
    const sent: Sent[] = []
    const drawn = (
      <>
        <Checkpoints />
        <Notices />
      </>
    )
    const stage = await enter({ writable }, () => drawn, { [URL]: noting(sent, answer) })
    return { sent, stage }
  }
  const all = [
    checkpoint('third', { run: 'r3' }),
    checkpoint('second', { why: 'before-restore' }),
    checkpoint('first'),
  ]

  test('is loading, then says that there is none', async () => {
    await list([])
    expect(screen.getByText(t('app.loading'))).toBeTruthy()
    expect(await screen.findByText(t('checkpoint.none'))).toBeTruthy()
  })

  test('what the server made has words for why', async () => {
    await list(all)
    expect(
      await screen.findByRole('button', { name: t('checkpoint.before-restore', { name: 'second' }) }),
    ).toBeTruthy()
    expect(screen.getAllByRole('listitem')).toHaveLength(3)
  })

  test('leads to a checkpoint, its comparison and its last run', async () => {
    const { stage } = await list(all)
    const go = vi.spyOn(stage.notebook.past, 'go')
    await user.click(await screen.findByRole('button', { name: 'third' }))
    const [line] = screen.getAllByRole('listitem')
    await user.click(within(line ?? document.body).getByRole('button', { name: t('checkpoint.compare') }))
    await user.click(within(line ?? document.body).getByRole('button', { name: t('checkpoint.lastRun') }))
    expect(go.mock.calls.map(([view]) => view)).toEqual([
      { at: 'checkpoint', checkpoint: 'id third' },
      { at: 'changes', checkpoint: 'id third', other: null },
      { at: 'receipt', run: 'r3' },
    ])
    expect(screen.getAllByText(t('checkpoint.lastRun'))).toHaveLength(1)
  })

  test('two that are ticked are compared, the older first; a third takes the place of the first', async () => {
    const { stage } = await list(all)
    const go = vi.spyOn(stage.notebook.past, 'go')
    const pick = async (name: string) =>
      user.click(await screen.findByRole('checkbox', { name: t('checkpoint.pick', { name }) }))
    await pick('third')
    expect(button(t('checkpoint.compareTwo')).disabled).toBe(true)
    await pick('first')
    await user.click(button(t('checkpoint.compareTwo')))
    expect(go).toHaveBeenLastCalledWith({ at: 'changes', checkpoint: 'id first', other: 'id third' })
    await pick(t('checkpoint.before-restore', { name: 'second' }))
    await user.click(button(t('checkpoint.compareTwo')))
    expect(go).toHaveBeenLastCalledWith({ at: 'changes', checkpoint: 'id first', other: 'id second' })
    await pick('first')
    expect(button(t('checkpoint.compareTwo')).disabled).toBe(true)
  })

  test('a failure can be tried again', async () => {
    let isBroken = true
    await list(() => (isBroken ? FAILURE : all))
    const alert = await screen.findByRole('alert')
    expect(alert.textContent).toContain(FAILURE.message)
    isBroken = false
    await user.click(within(alert).getByRole('button'))
    expect(await screen.findAllByRole('listitem')).toHaveLength(3)
  })

  describe('a new one', () => {
    const name = () => screen.getByLabelText<HTMLInputElement>(t('checkpoint.name'))
    const posts = (sent: readonly Sent[]) =>
      sent.filter(([method]) => method === 'POST').map(([, , body]) => body)

    test('is made by its name, and the list is asked for again', async () => {
      const { sent } = await list((_: unknown, method: string) => (method === 'POST' ? checkpoint('x') : []))
      await user.type(name(), ' before the change {Enter}')
      await waitFor(() => expect(name().value).toBe(''))
      expect(posts(sent)).toEqual([{ notebook: 'analysis.ipynb', name: 'before the change' }])
      await waitFor(() => expect(sent.filter(([method]) => method === 'GET')).toHaveLength(2))
    })

    test('needs a name', async () => {
      const { sent } = await list([])
      await user.type(name(), '   {Enter}')
      expect(button(t('checkpoint.make')).disabled).toBe(true)
      expect(posts(sent)).toEqual([])
    })

    test('two presses make one', async () => {
      const { sent } = await list((_: unknown, method: string) => (method === 'POST' ? PENDING : []))
      await user.type(name(), 'x{Enter}{Enter}')
      expect(posts(sent)).toHaveLength(1)
    })

    test('keeps its name where it could not be made', async () => {
      await list((_: unknown, method: string) => (method === 'POST' ? FAILURE : []))
      await user.type(name(), 'x{Enter}')
      expect((await screen.findByRole('alert')).textContent).toContain(t('checkpoint.notMade'))
      expect(name().value).toBe('x')
    })

    test('is not for readers', async () => {
      await list([], false)
      await screen.findByText(t('checkpoint.none'))
      expect(screen.queryByLabelText(t('checkpoint.name'))).toBeNull()
    })
  })
})

describe('one checkpoint', () => {
  const state: CheckpointState = {
    checkpoint: checkpoint('first', { checkpoint: 'id/1' }),
    cells: [
      { cellId: 'a', type: 'code', source: 'x = 1' },
      { cellId: 'b', type: 'markdown', source: '# <b>Title</b>' },
    ],
  }
  const view = async (answer: unknown, { writable = true, restored = checkpoint('r') as unknown } = {}) => {
    const sent: Sent[] = []
    const drawn = (
      <>
        <CheckpointView checkpoint="id/1" />
        <Notices />
      </>
    )
    const stage = await enter({ writable }, () => drawn, {
      [`${URL}/id%2F1`]: answer,
      [`${URL}/id%2F1/restore`]: noting(sent, restored),
    })
    return { sent, stage, go: vi.spyOn(stage.notebook.past, 'go') }
  }
  const restore = async () => {
    await user.click(await screen.findByRole('button', { name: t('checkpoint.restore') }))
    const dialog = await screen.findByRole('dialog')
    return {
      dialog,
      agree: () => user.click(within(dialog).getByRole('button', { name: t('checkpoint.restore') })),
    }
  }

  test('shows its cells as text', async () => {
    await view(state)
    const article = await screen.findByRole('article', { name: 'first' })
    expect([...article.querySelectorAll('pre')].map((one) => one.textContent)).toEqual([
      'x = 1',
      '# <b>Title</b>',
    ])
    expect(article.querySelector('b')).toBeNull()
  })

  test('is restored once agreed, and the list is shown', async () => {
    const { sent, go } = await view(state)
    const { agree } = await restore()
    expect(sent).toEqual([])
    await agree()
    expect(await screen.findByText(t('checkpoint.done', { name: 'first' }))).toBeTruthy()
    expect(sent.map(([method, , body]) => [method, body])).toEqual([['POST', { notebook: 'analysis.ipynb' }]])
    expect(go).toHaveBeenCalledWith({ at: 'checkpoints' })
  })

  test('one that could not be restored says why, and stays in sight', async () => {
    const { go } = await view(state, { restored: FAILURE })
    const { agree } = await restore()
    await agree()
    expect((await screen.findByRole('alert')).textContent).toContain(t('checkpoint.notRestored'))
    expect(go).not.toHaveBeenCalled()
  })

  test('a reader compares and does not restore', async () => {
    await view(state, { writable: false })
    expect(await screen.findByRole('button', { name: t('checkpoint.compare') })).toBeTruthy()
    expect(screen.queryByRole('button', { name: t('checkpoint.restore') })).toBeNull()
  })

  test('one that is not there is not a failure to try again', async () => {
    await view(new Refused(404, 'not-found', 'Not found.'))
    expect(await screen.findByText(t('checkpoint.missing'))).toBeTruthy()
    expect(screen.queryByRole('button', { name: t('app.retry') })).toBeNull()
  })
})

describe('the filters of the log', () => {
  const filter = { words: '', cell: null, outcome: null }
  const choice = { filter, span: null, form: 'list' } as unknown as Parameters<typeof LogFilters>[0]['choice']
  const filters = async (over: Partial<Parameters<typeof LogFilters>[0]> = {}) => {
    const onChange = vi.fn()
    const nothing = () => undefined
    const props = {
      choice,
      selectedCell: 'a',
      onChange,
      onActivity: nothing,
      onCheckpoints: nothing,
      onTimeline: null,
    }
    await enter(undefined, () => <LogFilters {...props} {...over} />)
    return onChange
  }

  test.each([
    ['log.outcome', 'error', { filter: { ...filter, outcome: 'error' } }],
    ['history.filter', 'cell', { filter: { ...filter, cell: 'a' } }],
    ['log.since', 'day', { span: 'day' }],
  ] as const)('%s: %s', async (label, value, changed) => {
    const onChange = await filters()
    await user.selectOptions(screen.getByRole('combobox', { name: t(label) }), value)
    expect(onChange).toHaveBeenCalledWith({ ...choice, ...changed })
  })

  test('words are part of the choice', async () => {
    const onChange = await filters()
    await user.type(screen.getByRole('searchbox', { name: t('log.words') }), 'x')
    expect(onChange).toHaveBeenCalledWith({ ...choice, filter: { ...filter, words: 'x' } })
  })

  test('the same form again is the list', async () => {
    const onChange = await filters({ choice: { ...choice, form: 'plot' } })
    expect(button(t('log.plot')).getAttribute('aria-pressed')).toBe('true')
    await user.click(button(t('log.plot')))
    expect(onChange).toHaveBeenLastCalledWith({ ...choice, form: 'list' })
    await user.click(button(t('log.table')))
    expect(onChange).toHaveBeenLastCalledWith({ ...choice, form: 'table' })
  })

  test('without a session there is no timeline', async () => {
    await filters()
    expect(screen.queryByRole('button', { name: t('timeline.title') })).toBeNull()
  })

  test('a span begins so long before now', () => {
    vi.spyOn(Date, 'now').mockReturnValue(Date.parse('2026-01-08T12:00:00.000Z'))
    expect([sinceOf(null), sinceOf('hour'), sinceOf('day'), sinceOf('week')]).toEqual([
      null,
      '2026-01-08T11:00:00.000Z',
      '2026-01-07T12:00:00.000Z',
      '2026-01-01T12:00:00.000Z',
    ])
  })
})
