// @vitest-environment happy-dom
/** The resolver: choices, keys, the count, what is written, and what others choose. */

import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { NotebookConflict } from '@yesterday/server/contract/conflicts.ts'
import { afterEach, expect, test, vi } from 'vitest'
import type { Answer } from '../src/api/api.ts'
import { editedFrom } from '../src/conflicts/ConflictView.tsx'
import { markedLines } from '../src/conflicts/changed-lines.ts'
import { type ConflictRequests, ConflictStore } from '../src/conflicts/conflict-store.ts'
import { Resolver } from '../src/conflicts/Resolver.tsx'
import { Notices } from '../src/ui/Notices.tsx'

const cell = (source: string) => ({ type: 'code' as const, source, outputs: [] })
const conflict = (key: string, ours: string, theirs: string): NotebookConflict => ({
  ...{ key: key.repeat(32), cell: 1, base: null, ours: [cell(ours)], theirs: [cell(theirs)] },
  ...{ choice: null, by: null },
})
interface Sent {
  readonly method: string
  readonly body: unknown
}

/** A server with two conflicts, which keeps choices as the real one does. */
function serve() {
  const conflicts = [conflict('a', 'x = 2', 'x = 3'), conflict('b', 'y = 2', 'y = 3')]
  const sent: Sent[] = []
  const answer = () => ({ path: 'a.ipynb', version: 'v', from: 'text', conflicts })
  vi.stubGlobal('fetch', async (_: string, init: RequestInit = {}) => {
    const body = typeof init.body === 'string' ? JSON.parse(init.body) : null
    const method = init.method ?? 'GET'
    if (method !== 'GET') sent.push({ method, body })
    const place = conflicts.findIndex(({ key }) => key === body?.conflict)
    const before = conflicts[place]
    if (method === 'PUT' && before !== undefined)
      conflicts[place] = { ...before, choice: body.choice, by: body.choice === null ? null : 'Ada' }
    return Response.json(method === 'POST' ? { path: 'a.ipynb', next: ['add', '--', 'a b.ipynb'] } : answer())
  })
  return { conflicts, sent }
}

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

function shown() {
  const [onDone, onLeave] = [vi.fn(), vi.fn()]
  render(
    <>
      <Resolver path="a.ipynb" mayChoose onDone={onDone} onLeave={onLeave} />
      <Notices />
    </>,
  )
  return { onDone, onLeave, user: userEvent.setup() }
}
const button = (name: string, place = 0): HTMLElement => {
  const found = screen.getAllByRole('button', { name })[place]
  if (found === undefined) throw new Error(`no button ${name}`)
  return found
}

test('choices count down, and the notebook is written once all are made', async () => {
  const { sent } = serve()
  const { user, onDone } = shown()
  await screen.findByText('2 of 2 conflicts left to decide')
  expect(button('Finish')).toHaveProperty('disabled', true)
  await user.click(button('Take theirs'))
  await screen.findByText('1 of 2 conflicts left to decide')
  await screen.findByText('Ada took theirs')
  await user.click(button('Take both', 1))
  await screen.findByText('All 2 conflicts are decided.')
  await user.click(button('Finish'))
  await vi.waitFor(() => expect(onDone).toHaveBeenCalledOnce())
  expect(sent.map(({ method }) => method)).toEqual(['PUT', 'PUT', 'POST'])
  expect(sent[2]?.body).toEqual({ path: 'a.ipynb', version: 'v' })
  await screen.findByText("Next, in a terminal: git add -- 'a b.ipynb'")
})

test('keys go from conflict to conflict and choose; a key in the result is text', async () => {
  const { sent } = serve()
  const { user } = shown()
  await screen.findByText('2 of 2 conflicts left to decide')
  await user.keyboard('1')
  await screen.findByText('Ada took ours')
  await user.keyboard('n')
  expect(document.activeElement?.getAttribute('data-conflict')).toBe('1')
  await user.click(button('Previous conflict'))
  expect(document.activeElement?.getAttribute('data-conflict')).toBe('0')
  await user.click(button('Next conflict'))
  await user.keyboard('e')
  const result = await screen.findByLabelText(/The result/)
  expect(result).toHaveProperty('value', 'y = 2\ny = 3')
  await user.clear(result)
  await user.type(result, 'n = 1')
  await user.tab()
  await vi.waitFor(() =>
    expect(sent.at(-1)?.body).toMatchObject({ choice: { take: 'edited', source: 'n = 1' } }),
  )
})

test('a choice is undone, and what another person chose is seen', async () => {
  const { conflicts } = serve()
  const { user } = shown()
  await screen.findByText('2 of 2 conflicts left to decide')
  await user.click(button('Take ours'))
  await screen.findByText('Ada took ours')
  await user.click(button('Take the choice back'))
  await screen.findByText('2 of 2 conflicts left to decide')
  const other = conflicts[1]
  if (other !== undefined) conflicts[1] = { ...other, choice: { take: 'theirs' }, by: 'Bo' }
  document.dispatchEvent(new Event('visibilitychange'))
  await screen.findByText('Bo took theirs')
})

test('an answer from before a choice does not take it back', async () => {
  const answers: ((answer: Answer<never>) => void)[] = []
  const list = { path: 'a.ipynb', version: 'v', from: 'text', conflicts: [conflict('a', '1', '2')] }
  const pending = () => new Promise<Answer<never>>((resolve) => answers.push(resolve))
  const store = new ConflictStore('a.ipynb', { get: pending, send: pending } as unknown as ConflictRequests)
  const first = store.ask()
  answers[0]?.({ ok: true, value: list as never })
  await first
  const late = store.ask()
  const [known] = list.conflicts
  if (known === undefined) throw new Error('there is one')
  void store.choose(known, { take: 'ours' })
  answers[1]?.({ ok: true, value: list as never })
  await late
  expect(store.state.get()).toMatchObject({ found: { conflicts: [{ choice: { take: 'ours' } }] } })
})

test('lines that the other side does not have are marked', () => {
  const marks = (text: string, other: string | null) =>
    markedLines(text, other).flatMap(({ text: line, isChanged }) => (isChanged ? [line] : []))
  expect(marks('a\nb\nc', 'a\nx\nc')).toEqual(['b'])
  expect(marks('a\nb', null)).toEqual([])
  expect(editedFrom({ ...conflict('a', 'p', 'q'), choice: { take: 'theirs' } })).toEqual({
    take: 'edited',
    source: 'q',
  })
})
