/**
 * `node server/bench/opening.ts`: how long others wait while a large notebook is opened, for the first time and again:
 * the delay of the event loop, and its longest turn in processor time, beside an idle loop. It prints and never fails.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDocuments } from '../src/document/documents.ts'
import { openStore } from '../src/store/open-store.ts'
import { delayLine, delays, pause, print } from './loop-delays.ts'

const cell = (n: number, output: object) => ({
  cell_type: 'code',
  id: `c${n}`,
  source: `value_${n} = ${n}\nprint(value_${n})`,
  metadata: {},
  outputs: [output],
  execution_count: n,
})
const text = (n: number) => cell(n, { output_type: 'stream', name: 'stdout', text: ['x'.repeat(200)] })
const picture = (n: number) => {
  const data = { 'image/png': randomBytes(187_500).toString('base64') }
  return cell(n, { output_type: 'display_data', data, metadata: {} })
}
const notebooks = [
  { name: '10,000 cells', cells: () => Array.from({ length: 10_000 }, (_, n) => text(n)) },
  { name: '100 MB', cells: () => Array.from({ length: 400 }, (_, n) => picture(n)) },
]

async function figuresOf(name: string, cells: readonly object[]): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'yesterday-opening-'))
  const file = join(root, 'a.ipynb')
  await writeFile(file, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }, null, 1))
  const size = `${((await stat(file)).size / 1e6).toFixed(0)} MB`
  try {
    for (const time of ['first', 'again']) {
      const store = await openStore({ root })
      const documents = createDocuments({ root, updates: store.updates, objects: store.objects })
      await pause(500)
      print(delayLine(`opening ${name} (${size}), ${time}`, await delays(() => documents.open('a.ipynb'))))
      await documents.close()
      await store.close()
    }
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  }
}

print(delayLine('nothing is done', await delays(() => pause(1000))))
for (const { name, cells } of notebooks) await figuresOf(name, cells())
process.exit()
