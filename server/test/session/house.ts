/** A project folder with real storage, documents, kernels and sessions, for tests. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type * as Y from 'yjs'
import { cellOutputs, findCell } from '../../contract/document.ts'
import type { Receipt } from '../../contract/run.ts'
import { createDocuments } from '../../src/document/documents.ts'
import type { Session } from '../../src/session/session.ts'
import { createSessions } from '../../src/session/sessions.ts'
import { openKernels } from '../../src/setup/open-kernels.ts'
import { openStore } from '../../src/store/open-store.ts'

/** The interpreter to test with; null where no Python has ipykernel. */
export const python: string | null = process.env.YESTERDAY_TEST_PYTHON ?? findPython()

/** Part of a suite's name, so that a skipped one says what it lacks. */
export const whySkipped =
  python === null ? ' (skipped: set YESTERDAY_TEST_PYTHON to a Python with ipykernel)' : ''

function findPython(): string | null {
  try {
    const script = 'import ipykernel, sys; print(sys.executable)'
    return execFileSync('python3', ['-c', script], { encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    return null
  }
}

export const ada = { id: 'ada', name: 'Ada' }

/** A folder with one notebook, `a.ipynb`, whose code cells are named by their keys. */
export async function makeProject(cells: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'ys-'))
  const notebook = {
    cells: Object.entries(cells).map(([id, source]) => ({
      cell_type: 'code',
      id,
      source,
      metadata: {},
      outputs: [],
      execution_count: null,
    })),
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  }
  await writeFile(join(root, 'a.ipynb'), JSON.stringify(notebook))
  return root
}

export type House = Awaited<ReturnType<typeof openHouse>>

/** Kernels of a house beside that of the tested Python. */
export type KernelsOfHouse = Pick<Parameters<typeof openKernels>[1], 'connections' | 'interpreters'>

/** Everything of a server but its door. */
export async function openHouse(root: string, more: KernelsOfHouse = {}) {
  const store = await openStore({ root })
  const documents = createDocuments({
    root,
    updates: store.updates,
    objects: store.objects,
    masker: store.secrets.masker,
  })
  const problems: string[] = []
  const kernels = openKernels(root, {
    ...more,
    interpreters: [
      { name: 'tested', displayName: 'Tested Python', python: python ?? '' },
      ...(more.interpreters ?? []),
    ],
    onProblem: ({ kind, detail }) => problems.push(`${kind}: ${detail}`),
  })
  const sessions = createSessions({
    kernels,
    store,
    documents,
    root,
    defaultSpec: async () => 'tested',
    prewarm: false,
    onProblem: (problem) => problems.push(problem),
  })
  const visited = new Set<Session>()
  const open = async (path = 'a.ipynb') => {
    const opened = await documents.open(path)
    if (!opened.ok) throw new Error(opened.refusal.message)
    const { document } = opened
    const session = sessions.of(document.id)
    visited.add(session)
    return { id: document.id, doc: document.doc, session }
  }
  const close = async ({ shutdown = true }: { readonly shutdown?: boolean } = {}): Promise<void> => {
    if (shutdown) for (const session of visited) session.shutdown(ada)
    if (shutdown) await Promise.all([...visited].map((session) => session.settled()))
    await sessions.close()
    await documents.close()
    await kernels.close({ shutdown })
    await store.close()
  }
  return { root, store, documents, kernels, sessions, problems, open, close }
}

/** Stops the server and removes its folder. */
export async function raze(house: House): Promise<void> {
  await house.close()
  await rm(house.root, { recursive: true, force: true, maxRetries: 5 })
}

/** Settles when the session's view passes. */
export function untilView(session: Session, passes: (view: ReturnType<Session['view']>) => boolean) {
  return new Promise<void>((resolve) => {
    const look = (): void => {
      if (!passes(session.view())) return
      session.events.off('changed', look)
      resolve()
    }
    session.events.on('changed', look)
    look()
  })
}

export const isIdle = ({ running, queue }: ReturnType<Session['view']>): boolean =>
  running === null && queue.length === 0

/** Runs the cells and waits until all are recorded. */
export async function runAll(session: Session, cells: readonly string[]): Promise<void> {
  const refusal = await session.run(cells, ada)
  if (refusal !== null) throw new Error(refusal)
  await untilView(session, isIdle)
  await session.settled()
}

/** Settles when the document passes; looks again at each change of it. */
export function untilDoc(doc: Y.Doc, passes: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!passes()) return
      doc.off('update', look)
      resolve()
    }
    doc.on('update', look)
    look()
  })
}

/** A cell's outputs as the notebook would have them. */
export function outputsOf(doc: Y.Doc, cell: string): readonly Record<string, unknown>[] {
  const found = findCell(doc, cell)
  return (found && cellOutputs(found.cell)?.toJSON()) ?? []
}

export const textOf = (doc: Y.Doc, cell: string): string =>
  outputsOf(doc, cell)
    .map(({ text }) => String(text ?? ''))
    .join('')

/** All that is recorded, oldest first. */
export async function receipts({ store }: House): Promise<Receipt[]> {
  const { runs } = await store.index.page({ limit: 500 })
  const all = await Promise.all(runs.map(({ run }) => store.index.receipt(run)))
  return all.flatMap((receipt) => receipt ?? []).reverse()
}
