// @vitest-environment happy-dom
/** What a person does with the components of the gallery, by role and name, keys and pointer. */
import { render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, test, vi } from 'vitest'
import { idle } from '../gallery/server.ts'
import { FindBar } from '../src/find/FindBar.tsx'
import { CommandDialog } from '../src/notebook/CommandDialog.tsx'
import { KernelBar } from '../src/notebook/KernelBar.tsx'
import { StdinPrompt } from '../src/notebook/StdinPrompt.tsx'
import { TextOutput } from '../src/outputs/TextOutput.tsx'
import { t } from '../src/text/text.ts'
import { Dialog } from '../src/ui/Dialog.tsx'
import { Menu, MenuItem } from '../src/ui/Menu.tsx'
import { Notices } from '../src/ui/Notices.tsx'
import { notify } from '../src/ui/notices.ts'
import { ProblemBox } from '../src/ui/Problem.tsx'
import { staged } from './staged.tsx'

const user = userEvent.setup()
const { show, enter } = staged()

describe('a dialog', () => {
  const drawn = (danger = false) => {
    const [onAction, onClose] = [vi.fn(), vi.fn()]
    render(
      <Dialog title="Delete it?" action="Delete" danger={danger} onAction={onAction} onClose={onClose}>
        <p>It goes to the trash.</p>
      </Dialog>,
    )
    return { onAction, onClose }
  }

  test('has its title as its name, and both buttons', async () => {
    const { onAction, onClose } = drawn()
    const dialog = screen.getByRole('dialog', { name: 'Delete it?' })
    await user.click(within(dialog).getByRole('button', { name: 'Delete' }))
    expect(onAction).toHaveBeenCalledOnce()
    await user.click(within(dialog).getByRole('button', { name: t('app.cancel') }))
    expect(onClose).toHaveBeenCalledOnce()
  })

  test('Enter in it does what it asks about', async () => {
    const { onAction } = drawn(true)
    const action = screen.getByRole('button', { name: 'Delete' })
    expect(action.className).toContain('button-danger')
    action.focus()
    await user.keyboard('{Enter}')
    expect(onAction).toHaveBeenCalledOnce()
  })
})

describe('a menu', () => {
  const drawn = () => {
    const chosen = vi.fn()
    render(
      <Menu label="More" icon="…">
        <MenuItem onSelect={() => chosen('rename')}>Rename</MenuItem>
        <MenuItem checked onSelect={() => chosen('light')}>
          Light
        </MenuItem>
        <MenuItem danger onSelect={() => chosen('delete')}>
          Delete
        </MenuItem>
      </Menu>,
    )
    return chosen
  }
  const item = (name: string) => screen.getByText(name)

  test('its button names it, and says whether it is open', () => {
    drawn()
    const button = screen.getByRole('button', { name: 'More' })
    expect(button.getAttribute('aria-haspopup')).toBe('menu')
    expect(button.getAttribute('aria-expanded')).toBe('false')
    expect(document.querySelector('[role=menu]')?.getAttribute('aria-label')).toBe('More')
  })

  test('a choice is a radio item, an action is not', () => {
    drawn()
    expect(item('Light').getAttribute('role')).toBe('menuitemradio')
    expect(item('Light').getAttribute('aria-checked')).toBe('true')
    expect(item('Rename').getAttribute('role')).toBe('menuitem')
  })

  test('arrows, Home and End lead around its items', async () => {
    const chosen = drawn()
    item('Rename').focus()
    await user.keyboard('{ArrowDown}')
    expect(document.activeElement).toBe(item('Light'))
    await user.keyboard('{End}')
    expect(document.activeElement).toBe(item('Delete'))
    await user.keyboard('{ArrowDown}')
    expect(document.activeElement).toBe(item('Rename'))
    await user.keyboard('{ArrowUp}{Home}{ArrowDown}{Enter}')
    expect(chosen).toHaveBeenLastCalledWith('light')
  })
})

describe('notices', () => {
  test('are read out politely, four at most, and can be dismissed', async () => {
    render(<Notices />)
    const place = screen.getByRole('status')
    expect(place.getAttribute('aria-live')).toBe('polite')
    for (const n of [1, 2, 3, 4, 5]) notify('info', `Message ${n}`)
    await waitFor(() => expect(place.textContent).toContain('Message 5'))
    expect(place.textContent).not.toContain('Message 1')
    const buttons = within(place).getAllByRole('button', { name: t('app.dismiss') })
    expect(buttons).toHaveLength(4)
    await user.click(buttons[0] ?? place)
    expect(place.textContent).not.toContain('Message 2')
  })

  test('one that is shown already starts again', async () => {
    render(<Notices />)
    notify('warning', 'Busy', 'Wait.')
    notify('warning', 'Busy', 'Wait.')
    await waitFor(() => expect(screen.getAllByText('Busy')).toHaveLength(1))
    expect(screen.getByText('Wait.')).toBeTruthy()
  })
})

test('a problem is an alert with a way out, if there is one', async () => {
  const retry = vi.fn()
  const problem = { message: 'The server does not answer.', hint: 'Start it again.' }
  const { rerender } = render(<ProblemBox title="No history" problem={problem} onRetry={retry} />)
  expect(screen.getByRole('alert').textContent).toBe(
    `No history${problem.message}${problem.hint}${t('app.retry')}`,
  )
  await user.click(screen.getByRole('button', { name: t('app.retry') }))
  expect(retry).toHaveBeenCalledOnce()
  rerender(<ProblemBox problem={{ ...problem, hint: null }} />)
  expect(screen.getByRole('alert').textContent).toBe(problem.message)
  expect(screen.queryByRole('button')).toBeNull()
})

describe('the palette', () => {
  const palette = async (writable = true) => {
    const [onChoose, onClose] = [vi.fn(), vi.fn()]
    await enter({ cells: [{ id: 'a', source: '1' }], writable, active: 'a' }, ({ notebook }) => (
      <CommandDialog title="Commands" notebook={notebook} mac={false} onChoose={onChoose} onClose={onClose} />
    ))
    return { onChoose, field: screen.getByRole('combobox') }
  }
  const selected = () => document.querySelector('[role=option][aria-selected=true]')

  test('the field leads the list: its active descendant is the selected option', async () => {
    const { field } = await palette()
    await user.type(field, '{ArrowDown}{ArrowDown}')
    expect(field.getAttribute('aria-activedescendant')).toBe(selected()?.id)
    expect(field.getAttribute('aria-controls')).toBe(document.querySelector('[role=listbox]')?.id)
    await user.keyboard('{ArrowUp}{ArrowUp}{ArrowUp}')
    expect(selected()).toBe(document.querySelector('[role=option]'))
  })

  test('Enter chooses what is selected', async () => {
    const { field, onChoose } = await palette()
    await user.type(field, `${t('command.undo')}{Enter}`)
    expect(onChoose).toHaveBeenCalledWith('undo')
  })

  test('says when nothing fits, and then Enter does nothing', async () => {
    const { field, onChoose } = await palette()
    await user.type(field, 'no such command{Enter}')
    expect(screen.getByRole('status').textContent).toBe(t('palette.none'))
    expect(field.hasAttribute('aria-activedescendant')).toBe(false)
    expect(onChoose).not.toHaveBeenCalled()
  })
})

describe('text of an output', () => {
  const lines = (count: number) => Array.from({ length: count }, (_, n) => `line ${n + 1}`).join('\n')

  test('long text is folded, unfolds, and folds again', async () => {
    const { container } = render(<TextOutput text={lines(100)} />)
    const text = () => container.querySelector('pre')?.textContent ?? ''
    expect(text().split('\n')).toHaveLength(40)
    await user.click(screen.getByRole('button', { name: t('outputs.showAll', { count: 100 }) }))
    expect(text().split('\n')).toHaveLength(100)
    await user.click(screen.getByRole('button', { name: t('outputs.showLess') }))
    expect(text().split('\n')).toHaveLength(40)
  })

  test('a line without an end is cut, and widens when asked', async () => {
    const { container } = render(<TextOutput text={'x'.repeat(50_000)} />)
    const length = () => container.querySelector('pre')?.textContent.length
    expect(length()).toBe(20_000)
    await user.click(screen.getByRole('button', { name: t('outputs.showWider', { count: 30_000 }) }))
    expect(length()).toBe(50_000)
  })

  test('a label names it for those who hear it', () => {
    const { container } = render(<TextOutput text="careful" label="Error stream" />)
    expect(container.querySelector('pre')?.textContent).toBe('Error stream: careful')
  })
})

describe('a cell that asks', () => {
  const ask = (password: boolean) => {
    const run = { run: 'r', cell: 'a', actor: { id: 'ada', name: 'Ada' }, queued: '2026-01-01T00:00:00.000Z' }
    return enter(
      {
        cells: [{ id: 'a' }],
        session: {
          ...idle,
          kernel: { ...idle.kernel, state: 'busy' },
          running: { ...run, started: run.queued, expectedMs: null },
          prompt: { run: 'r', cell: 'a', text: 'Name:', password },
        },
      },
      ({ notebook }) => <StdinPrompt notebook={notebook} id="a" />,
    )
  }

  test('takes the focus and sends the answer of its run', async () => {
    const { notebook } = await ask(false)
    const sent = vi.spyOn(notebook, 'command')
    const field = await screen.findByRole('textbox', { name: t('cell.prompt', { text: 'Name:' }) })
    expect(document.activeElement).toBe(field)
    await user.type(field, 'Ada{Enter}')
    expect(sent).toHaveBeenCalledWith({ type: 'input', run: 'r', value: 'Ada' })
  })

  test('a password is not shown', async () => {
    await ask(true)
    const field = await screen.findByLabelText(t('cell.prompt', { text: 'Name:' }))
    expect(field.getAttribute('type')).toBe('password')
  })
})

test('a dead kernel is an alert; its buttons start it, and run to the cell that died', async () => {
  const stage = await show('banners', 'kernel died in a cell')
  const sent = vi.spyOn(stage.notebook, 'command')
  const bar = await screen.findByRole('alert')
  expect(bar.textContent).toContain('ran out of memory')
  await user.click(await within(bar).findByRole('button', { name: t('kernel.runAgain', { n: 1 }) }))
  expect(sent).toHaveBeenLastCalledWith({ type: 'restart', run: ['fit'] })
  await user.click(within(bar).getByRole('button', { name: t('kernel.restart') }))
  expect(sent).toHaveBeenLastCalledWith({ type: 'start' })
})

test('the bar says since when the machine of the kernel is not reachable', async () => {
  await show('banners', 'kernel not reachable')
  const bar = await screen.findByText(/^gpu1 is not reachable since .*, trying again\./)
  expect(bar.closest('[role=status]')).not.toBeNull()
  // That it does not respond follows from that.
  expect(screen.queryByRole('alert')).toBeNull()
})

test('nothing is said of a kernel that is well', async () => {
  await enter({ cells: [] }, ({ notebook }) => <KernelBar notebook={notebook} />)
  expect(screen.queryByRole('alert')).toBeNull()
  expect(screen.queryByRole('status')).toBeNull()
})

test('the search says how many matches there are, and leads around them', async () => {
  const onShow = vi.fn()
  const { notebook } = await enter(
    {
      cells: [
        { id: 'a', source: 'x = x + 1' },
        { id: 'b', source: 'y' },
      ],
    },
    ({ notebook }) => (
      <FindBar
        finder={notebook.finder}
        writable
        onShow={onShow}
        onClose={() => {}}
        onReplace={(change) => change()}
      />
    ),
  )
  notebook.finder.show(false)
  const field = screen.getByRole('textbox', { name: t('find.what') })
  await user.type(field, 'x')
  await waitFor(() => expect(notebook.finder.found.get().matches).toHaveLength(2))
  await user.type(field, '{Enter}')
  expect(onShow).toHaveBeenLastCalledWith(expect.objectContaining({ cell: 'a', output: null }))
})

describe('files', () => {
  const tree = () => screen.getByRole('tree')
  const names = () =>
    within(tree())
      .getAllByRole('treeitem')
      .map((row) => row.getAttribute('data-path'))

  test('folders are first, then files by name; arrows open and close', async () => {
    await show('files', 'some')
    expect(names().slice(0, 2)).toEqual(['data', expect.stringContaining('a-notebook')])
    const folder = within(tree()).getAllByRole('treeitem')[0]
    folder?.focus()
    expect(folder?.getAttribute('aria-expanded')).toBe('false')
    await user.keyboard('{ArrowRight}')
    await waitFor(() => expect(names()).toContain('data/births.parquet'))
    await user.keyboard('{ArrowLeft}')
    await waitFor(() => expect(names()).not.toContain('data/births.parquet'))
  })

  test('an empty folder and a failure are no tree', async () => {
    await show('files', 'failing')
    expect(screen.queryByRole('tree')).toBeNull()
    expect(screen.getByRole('alert').textContent).toContain('could not read')
  })
})
