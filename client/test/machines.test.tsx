// @vitest-environment happy-dom
/** The panel of what kernels use: loading, failing, filled, and stopping one; and when the server is asked. */
import type { Machines } from '@yesterday/server/contract/machines.ts'
import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { NotebookContext } from '../src/access/context.ts'
import { accessTo } from '../src/notebook/access.ts'
import { Notebook } from '../src/notebook/notebook.ts'
import { MachinesPanel } from '../src/panels/machines/MachinesPanel.tsx'
import { t } from '../src/text/text.ts'

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

const GB = 1024 ** 3
const found: Machines = {
  host: {
    cores: 4,
    cpu: 150,
    memoryUsed: 3 * GB,
    memoryTotal: 4 * GB,
    isLimited: true,
    diskFree: GB,
    diskTotal: 2 * GB,
    gpus: [{ name: 'NVIDIA H200', busy: null, memoryUsed: GB, memoryTotal: 2 * GB }],
  },
  kernels: [
    {
      document: 'd',
      path: 'a.ipynb',
      displayName: 'Python',
      state: 'busy',
      startedBy: { id: 'user:ada', name: 'Ada' },
      started: '2026-01-01T00:00:00Z',
      use: { processes: 2, cpu: 99.6, memory: GB, gpuMemory: null },
    },
    {
      document: 'e',
      path: 'b.ipynb',
      displayName: null,
      state: 'dead',
      startedBy: null,
      started: null,
      use: null,
    },
  ],
  isMemoryShort: true,
}

const answers = vi.fn<(url: string, init?: RequestInit) => Promise<Response>>()
let notebook: Notebook
let place: HTMLElement
let root: Root
beforeEach(() => {
  vi.stubGlobal('fetch', answers)
  HTMLDialogElement.prototype.showModal ??= () => undefined
  HTMLDialogElement.prototype.close ??= () => undefined
  place = document.body.appendChild(document.createElement('div'))
  root = createRoot(place)
  const opened = { path: 'a.ipynb', documentId: 'd', epoch: 'e', writable: true, role: 'owner' as const }
  notebook = new Notebook(opened, 'ws://127.0.0.1:9')
})
afterEach(() => {
  act(() => root.unmount())
  void notebook.close()
  place.remove()
  vi.unstubAllGlobals()
})

test('it waits, says why there is nothing, shows what there is, and stops a kernel once agreed', async () => {
  answers.mockImplementation(() => Promise.reject(new Error('away')))
  const draw = () =>
    act(async () =>
      root.render(
        <NotebookContext value={accessTo(notebook, null)}>
          <MachinesPanel />
        </NotebookContext>,
      ),
    )
  await draw()
  await vi.waitFor(() =>
    expect(place.querySelector('[role=status]')?.textContent).toBe(t('problem.unreachable')),
  )
  act(() => root.render(null))
  answers.mockImplementation(async (_, init) =>
    init?.method === 'DELETE' ? new Response(null, { status: 204 }) : Response.json(found),
  )
  await draw()
  await vi.waitFor(() => expect(place.textContent).toContain('Ada'))
  for (const words of ['1 GB', '100 %', '2 processes', '3 GB of 4 GB', '150 % of 4 cores', 'NVIDIA H200'])
    expect(place.textContent).toContain(words)
  expect(place.querySelector('[role=alert]')?.textContent).toContain(t('machines.short'))
  expect(place.querySelectorAll('meter')).toHaveLength(4)
  const [stop] = place.querySelectorAll<HTMLButtonElement>(
    `[aria-label="${t('machines.stopOf', { path: 'a.ipynb' })}"]`,
  )
  act(() => stop?.click())
  const agree = [...place.querySelectorAll<HTMLButtonElement>('dialog button')].at(-1)
  await act(async () => agree?.click())
  const asked = answers.mock.calls.filter(([, init]) => init?.method === 'DELETE').map(([url]) => url)
  expect(asked).toEqual(['/api/machines/kernels/d'])
})

test('the server is asked again while something shows it, and not afterwards', async () => {
  vi.useFakeTimers()
  try {
    answers.mockImplementation(async () => Response.json(found))
    const draw = (content: React.ReactNode) =>
      act(async () =>
        root.render(<NotebookContext value={accessTo(notebook, null)}>{content}</NotebookContext>),
      )
    const pass = () => act(async () => void (await vi.advanceTimersByTimeAsync(60_000)))
    await draw(<MachinesPanel />)
    const first = answers.mock.calls.length
    await pass()
    const later = answers.mock.calls.length
    expect(later - first).toBeGreaterThanOrEqual(10)
    await draw(null)
    await pass()
    expect(answers.mock.calls.length).toBe(later)
  } finally {
    vi.useRealTimers()
  }
})
