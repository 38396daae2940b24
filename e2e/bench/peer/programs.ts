/** The programs that are compared: how each starts, how a browser signs in, and what its page calls a cell. */
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from '@playwright/test'
import { writeNotebook } from '../../support/notebook-file.ts'
import { signedIn } from '../../support/person.ts'
import { newFolder, removeFolder, startProgram } from '../../support/program.ts'
import { runToEnd, startServer, TOKEN } from './servers.ts'

/** Keys that run a cell. */
export const RUN_KEYS = ['Control+Enter', 'Shift+Enter', 'Alt+Enter'] as const
export type RunKey = (typeof RUN_KEYS)[number]

/** The copies of a notebook by purpose: what one part changes or runs, another does not meet. */
export const COPIES = ['read', 'edit', 'all'] as const

/** How often each measure is taken; each time has copies of its own. */
export const ROUNDS = 3

/** A running notebook program with copies of a notebook. */
export interface Peer {
  readonly name: string
  /** The keys of `RUN_KEYS` that run a cell here. */
  readonly keys: readonly RunKey[]
  /** CSS of the source of the first cell. */
  readonly firstSource: string
  /** A new browser profile that is signed in and has nothing cached. */
  context(browser: Browser): Promise<BrowserContext>
  /** The address of a copy in a round, from 0. */
  urlOf(copy: (typeof COPIES)[number], round: number): string
  /** Waits until a cell can be run. */
  ready(page: Page): Promise<void>
  /** CSS of the n-th cell, from 1, in an open page. */
  cellOf(page: Page, n: number): Promise<string>
  /** CSS of the editor in a cell. */
  readonly editor: string
  /** Runs all cells. */
  runAll(page: Page): Promise<void>
  stop(): Promise<void>
}

/** What the last cell prints. Its source does not contain it. */
export const LAST_PRINT = 'ran 666'

/** The source of each cell, so that all programs have the same. */
const sourcesOf = (cells: number): readonly string[] =>
  Array.from({ length: cells }, (_, n) =>
    n === cells - 1 ? 'print("ran", 6 * 111)' : `value_${n} = ${n}\nprint(value_${n})`,
  )

const names = COPIES.flatMap((copy) => Array.from({ length: ROUNDS }, (_, round) => `${copy}-${round}`))

const newContext = (browser: Browser): Promise<BrowserContext> =>
  browser.newContext({ viewport: { width: 1440, height: 900 } })

/** A profile that has opened `link`, which holds the token. */
async function contextBy(browser: Browser, link: string): Promise<BrowserContext> {
  const context = await newContext(browser)
  const answer = await context.request.get(link)
  if (!answer.ok()) throw new Error(`signing in failed with ${answer.status()}`)
  return context
}

async function writeNotebooks(folder: string, cells: number, kernelspec?: string): Promise<void> {
  const options = kernelspec === undefined ? {} : { kernelspec }
  for (const name of names) await writeNotebook(folder, `${name}.ipynb`, sourcesOf(cells), options)
}

export async function startYesterday(cells: number): Promise<Peer> {
  const folder = await newFolder()
  await writeNotebooks(folder, cells)
  const program = await startProgram(folder)
  return {
    name: 'yesterday',
    keys: RUN_KEYS,
    firstSource: '#cell-c1 .code-editor',
    context: (browser) => signedIn(browser, program),
    urlOf: (copy, round) => `${program.origin}/notebooks/${copy}-${round}.ipynb`,
    ready: async () => {},
    cellOf: async (_page, n) => `#cell-c${n}`,
    editor: '.code-editor',
    runAll: (page) => page.getByRole('button', { name: 'Run all', exact: true }).click(),
    stop: async () => {
      await program.stop()
      await removeFolder(folder)
    },
  }
}

/** JupyterLab with its extension for real-time collaboration. */
export async function startJupyterLab(cells: number, python: string): Promise<Peer> {
  const folder = await newFolder()
  await writeNotebooks(folder, cells, 'python3')
  const words = (port: number) => [
    ...['-m', 'jupyterlab', '--no-browser', '--allow-root', '--ip=127.0.0.1', `--port=${port}`],
    ...['--port-retries=0', `--ServerApp.root_dir=${folder}`, `--IdentityProvider.token=${TOKEN}`],
    ...['--LabApp.news_url=', '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate'],
  ]
  const { origin, stop } = await startServer(python, words, `/api/status?token=${TOKEN}`)
  return {
    name: 'JupyterLab',
    keys: RUN_KEYS,
    firstSource: '.jp-Notebook .jp-Cell .jp-InputArea-editor',
    context: (browser) => contextBy(browser, `${origin}/lab?token=${TOKEN}`),
    urlOf: (copy, round) => `${origin}/lab/tree/${copy}-${round}.ipynb?reset`,
    // A cell that is run before the kernel is connected is not run at all.
    ready: (page) => page.getByText(/ipykernel\) \| Idle/).waitFor(),
    cellOf: async (_page, n) => `.jp-Notebook [data-windowed-list-index="${n - 1}"]`,
    editor: '.jp-InputArea-editor',
    runAll: async (page) => {
      await page.getByRole('menuitem', { name: 'Run', exact: true }).click()
      await page.getByRole('menuitem', { name: 'Run All Cells', exact: true }).click()
    },
    stop: async () => {
      await stop()
      await removeFolder(folder)
    },
  }
}

/** marimo, with notebooks that `marimo convert` makes. Opening runs no cell, as in the other two. */
export async function startMarimo(cells: number, python: string): Promise<Peer> {
  const folder = await newFolder()
  await writeNotebook(folder, 'source.ipynb', sourcesOf(cells))
  await runToEnd(python, ['-m', 'marimo', 'convert', 'source.ipynb', '-o', 'source.py'], folder)
  for (const name of names) await copyFile(join(folder, 'source.py'), join(folder, `${name}.py`))
  const words = (port: number) => [
    ...['-m', 'marimo', 'edit', folder, '--headless', '--skip-update-check', '--host', '127.0.0.1'],
    ...['--port', String(port), '--token-password', TOKEN],
  ]
  const { origin, stop } = await startServer(python, words, '/health')
  return {
    name: 'marimo',
    keys: ['Control+Enter', 'Shift+Enter'],
    firstSource: '.marimo-cell .cm-content',
    context: (browser) => contextBy(browser, `${origin}/?access_token=${TOKEN}`),
    urlOf: (copy, round) => `${origin}/?file=${copy}-${round}.py`,
    ready: async () => {},
    cellOf: (page, n) => marimoCell(page, n),
    editor: '.cm-content',
    runAll: (page) => page.keyboard.press('Control+Shift+r'),
    stop: async () => {
      await stop()
      await removeFolder(folder)
    },
  }
}

/** marimo gives each cell a random id. */
async function marimoCell(page: Page, n: number): Promise<string> {
  const id = await page.evaluate((index) => document.querySelectorAll('.marimo-cell')[index]?.id ?? '', n - 1)
  if (id === '') throw new Error(`marimo shows no cell ${n}`)
  return `[id="${id}"]`
}
