/** The program as a person starts it, and a project with a history. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expectValid } from '../../setup/nbformat-judge.js'
import { openStore } from '../../src/store/open-store.ts'
import { ada, at, edge, ended, queued, sessionStarted, started } from '../store/entries.ts'

const program = join(import.meta.dirname, '../../bin/yesterday.js')

export interface Said {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Starts `yesterday …words` in the folder `cwd` and waits for its end. */
export const yesterday = (cwd: string, ...words: readonly string[]): Promise<Said> =>
  start({ cwd, env: {} }, words)

interface Place {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** After so many ms it is killed; then it has no exit code. */
  readonly limit?: number
}

const begin = ({ cwd, env, limit }: Place, words: readonly string[]) =>
  spawn(process.execPath, [program, ...words], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limit,
    killSignal: 'SIGKILL',
  })

/** The same with more in its environment. Throws if nbformat refuses a notebook that the command wrote in its folder. */
export async function start(place: Place, words: readonly string[]): Promise<Said> {
  // What a test wrote just before is not the command's.
  const since = Date.now() + 1
  const said = await finished(place, words)
  await expectValid(place.cwd, { since })
  return said
}

async function finished(place: Place, words: readonly string[]): Promise<Said> {
  const child = begin(place, words)
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: child.exitCode, out, err }
}

/** As `start`, for a reader that goes after the first words: `| head -1`. */
export async function startUnread(place: Place, words: readonly string[]): Promise<Said> {
  const child = begin(place, words)
  const first = once(child.stdout, 'data').then(([data]) => {
    child.stdout.destroy()
    return String(data)
  })
  const [out, err] = await Promise.all([first, text(child.stderr), once(child, 'close')])
  return { code: child.exitCode, out, err }
}

export async function newFolder(): Promise<string> {
  return realpath(await mkdtemp(join(tmpdir(), 'yesterday-cli-')))
}

/** Ids as sessions make them; two of them share their first five digits. */
export const ids = {
  load: 'aaaa1000000000000001',
  clean: 'aaaa1000000000000002',
  idle: 'bbbb0000000000000003',
  plot: 'cccc0000000000000004',
  reader: 'dddd0000000000000005',
  waiting: 'eeee0000000000000006',
} as const

export const plotSource = 'plot(table)\nsave("figure.png")'

/**
 * Two sessions: in the first, `load` makes `raw`, `clean` makes `table` from it, `idle` has to do with neither, `plot`
 * draws `table` and writes a file; in the second, `reader` reads that file, and `waiting` waits.
 */
export async function fill(root: string): Promise<void> {
  const store = await openStore({ root })
  const output = await store.objects.put(Buffer.from('a figure'))
  const figure = edge('figure.png', { kind: 'file', digest: 'xxh3:figure', size: 4096 })
  const python = edge('python', { kind: 'environment', by: ids.idle })
  const sources = [
    `# ${ids.load}`,
    `# ${ids.clean}`,
    `# ${ids.idle}`,
    plotSource,
    `# ${ids.reader}`,
    'wait()',
  ]
  for (const source of sources) await store.objects.put(Buffer.from(source))
  await store.runs.append([
    sessionStarted('5e551011'),
    queued(ids.load, '5e551011', { cell: 1 }),
    queued(ids.clean, '5e551011', { cell: 2 }),
    queued(ids.idle, '5e551011', { cell: 3 }),
    queued(ids.plot, '5e551011', { cell: 5, source: plotSource, title: 'plot(\u001b[31mtable)' }),
    started(ids.load),
    ended(ids.load, 1, { used: [edge('given')], generated: [edge('raw')] }),
    ended(ids.clean, 2, { used: [edge('raw', { by: ids.load }), python], generated: [edge('table')] }),
    ended(ids.idle, 3, { outcome: 'error', error: { ename: 'KeyError', evalue: "'x'", traceback: ['…'] } }),
    ended(ids.plot, 4, {
      used: [
        edge('table', { by: ids.clean, type: 'DataFrame', shape: [3, 4], edge: 'maybe', reason: 'opaque' }),
      ],
      generated: [figure],
      outputs: [{ mime: 'text/plain', digest: output, size: 8, outputType: 'display_data', name: null }],
      cost: {
        wallMs: 1500,
        cpuMs: 700,
        peakMemoryBytes: 2_097_152,
        readBytes: null,
        writtenBytes: null,
        gpuMemoryBytes: null,
        agentMs: 3,
      },
      notCaptured: [{ what: 'socket', why: 'a native reader' }],
    }),
    sessionStarted('5e552022', { notebook: 'deep/other.ipynb' }),
    queued(ids.reader, '5e552022', { notebook: 'deep/other.ipynb', cell: null, cellId: null, actor: ada }),
    queued(ids.waiting, '5e552022', { notebook: 'deep/other.ipynb', source: 'wait()' }),
    // From another folder a file is named in full.
    ended(ids.reader, 1, { used: [{ ...figure, name: join(root, 'figure.png') }], at: at(9) }),
  ])
  await store.close()
}
