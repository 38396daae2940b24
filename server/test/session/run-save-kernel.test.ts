/** `yesterday run --save` writes outputs and nothing else, whatever becomes of the notebook while it runs. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, lstat, mkdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { expectValid } from '../../setup/nbformat-judge.js'
import { makeProject, python, whySkipped } from './house.ts'
import { Page, type Server, startServer } from './page.ts'

const program = join(import.meta.dirname, '../../bin/yesterday.js')
const soon = { interval: 50 }

let root = ''
let server: Server | null = null
afterEach(async () => {
  await server?.stop()
  server = null
  await rm(root, { recursive: true, force: true, maxRetries: 5 })
})

const at = (path: string): string => join(root, path)
const wait = (flag: string) =>
  `import os, time\nwhile not os.path.exists("${flag}"): time.sleep(0.02)\nprint("${flag}")`
const release = (flag: string) => writeFile(at(flag), '')

interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>
}

function run(...words: readonly string[]): Started {
  const child = spawn(process.execPath, [program, 'run', 'a.ipynb', '--save', ...words], {
    cwd: root,
    env: { ...process.env, YESTERDAY_PYTHON: python ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  const judged = ended.then(async ([out, err]) => {
    await expectValid(root)
    return { code: child.exitCode, out, err }
  })
  return { child, ended: judged }
}

/** Settles when the run has begun to execute: its first cell has made this file. */
const began = (flag: string) => vi.waitFor(() => stat(at(flag)), soon)
const begin = (flag: string) => `open("${flag}", "w").close()\n`

const notebook = async (path = 'a.ipynb') => JSON.parse(await readFile(at(path), 'utf8'))
const joined = (value: string | readonly string[]): string => [value].flat().join('')
async function cells(path = 'a.ipynb') {
  const { cells } = await notebook(path)
  return cells.map(({ id, source, outputs }: { id: string; source: string; outputs: { text: string }[] }) => [
    id,
    joined(source),
    joined(outputs.map((output) => joined(output.text ?? ''))),
  ])
}

describe.skipIf(python === null)(`without a server${whySkipped}`, () => {
  test('an edit of the file while it runs stays; so do a link and the mode', async () => {
    root = await makeProject({ a: `${begin('begun')}${wait('go')}`, b: 'y = 1' })
    await mkdir(at('real'))
    await rename(at('a.ipynb'), at('real/x.ipynb'))
    await symlink('real/x.ipynb', at('a.ipynb'))
    await chmod(at('real/x.ipynb'), 0o600)
    const { ended } = run()
    await began('begun')
    const edited = (await readFile(at('real/x.ipynb'), 'utf8')).replace('y = 1', 'y = 2  # edited')
    await writeFile(at('real/x.ipynb'), edited)
    await release('go')
    expect((await ended).code).toBe(0)
    expect((await lstat(at('a.ipynb'))).isSymbolicLink()).toBe(true)
    expect((await stat(at('real/x.ipynb'))).mode & 0o777).toBe(0o600)
    expect(await cells('real/x.ipynb')).toEqual([
      ['a', expect.stringContaining('while not'), 'go\n'],
      ['b', 'y = 2  # edited', ''],
    ])
  })

  test('a cell that was moved, one that is new and one that is gone: outputs go where their cell is', async () => {
    root = await makeProject({ a: `${begin('begun')}${wait('go')}`, b: 'print("of b")', c: 'print("of c")' })
    const { ended } = run()
    await began('begun')
    const now = await notebook()
    const [a, b] = now.cells
    const fresh = { ...b, id: 'new', source: 'print("new")' }
    await writeFile(at('.new'), JSON.stringify({ ...now, cells: [b, fresh, a] }))
    await rename(at('.new'), at('a.ipynb'))
    await release('go')
    expect((await ended).code).toBe(0)
    expect(await cells()).toEqual([
      ['b', 'print("of b")', 'of b\n'],
      ['new', 'print("new")', ''],
      ['a', expect.stringContaining('while not'), 'go\n'],
    ])
  })

  test('of two at once the one that began last is shown, whichever saves last', async () => {
    root = await makeProject({
      a: `import os\nname = os.environ["RUN"]\nopen(name, "w").close()\n${wait('go')}`,
      b: 'print(name)',
    })
    const start = (name: string) => {
      vi.stubEnv('RUN', name)
      const started = run()
      vi.unstubAllEnvs()
      return started
    }
    const first = start('first')
    await began('first')
    const second = start('second')
    await began('second')
    await release('go')
    const ends = await Promise.all([first.ended, second.ended])
    expect(ends.map(({ code }) => code)).toEqual([0, 0])
    // Each runs `b` after the flag: the one whose `b` began last is shown.
    const [[, , ofA], [, , ofB]] = await cells()
    expect(ofA).toBe('go\n')
    expect(['first\n', 'second\n']).toContain(ofB)
  })
})

describe.skipIf(python === null)(`beside a server${whySkipped}`, () => {
  test('open pages show each result when its run ends; edits in a page stay', async () => {
    root = await makeProject({ a: 'print("first")', b: 'y = 1', c: `${wait('go')}\ny` })
    server = await startServer(root)
    const page = await Page.open(server, 'a.ipynb')
    page.edit('b', 'y = 2  # in the page')
    await vi.waitFor(() => expect(page.isSaved).toBe(true), soon)
    const { ended } = run()
    await vi.waitFor(() => expect(page.outputs('a')).toBe('first\n'), soon)
    page.edit('a', 'print("first")  # while it runs')
    await release('go')
    expect(await ended).toMatchObject({ code: 0, err: '' })
    await vi.waitFor(() => expect(page.outputs('c')).toBe('go\n2'), soon)
    expect([page.source('a'), page.source('b')]).toEqual([
      'print("first")  # while it runs',
      'y = 2  # in the page',
    ])
    expect(page.recorded.map(({ cell }) => cell)).toEqual(['a', 'b', 'c'])
    await vi.waitFor(async () => {
      expect((await cells()).map(([, source]: readonly string[]) => source)).toEqual([
        'print("first")  # while it runs',
        'y = 2  # in the page',
        expect.stringContaining('while not'),
      ])
    }, soon)
    page.close()
  })

  test('code that holds a secret runs as it is typed', async () => {
    const password = 'Vh7-kestrel-Qz42'
    root = await makeProject({ a: `password = "${password}"`, b: 'print(len(password), password[::-1])' })
    server = await startServer(root)
    const { ended } = run()
    expect(await ended).toMatchObject({ code: 0, err: '' })
    const page = await Page.open(server, 'a.ipynb')
    await vi.waitFor(() => expect(page.outputs('b')).toBe('16 24zQ-lertsek-7hV\n'), soon)
    expect(page.source('a')).toContain(password)
    page.close()
  })

  test('a server that starts meanwhile shows the results; one that is killed is not needed', async () => {
    root = await makeProject({
      a: `${begin('begun')}${wait('go')}`,
      b: `${begin('second')}${wait('on')}`,
      c: 'print("three")',
    })
    const { ended } = run()
    await began('begun')
    server = await startServer(root)
    const page = await Page.open(server, 'a.ipynb')
    await release('go')
    await vi.waitFor(() => expect(page.outputs('a')).toBe('go\n'), soon)
    await began('second')
    page.close()
    await server.kill()
    server = null
    await release('on')
    expect((await ended).code).toBe(0)
    expect((await cells()).map(([, , shown]: readonly string[]) => shown)).toEqual([
      'go\n',
      'on\n',
      'three\n',
    ])
  })
})
