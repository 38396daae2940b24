/** Values and files that are too large to be hashed while anyone waits: digests follow, and replays compare them. */
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { ReplayReport } from '../../contract/replay.ts'
import type { Receipt } from '../../contract/run.ts'
import { seconds } from '../../setup/patience.js'
import { digestOf } from '../../src/disk/digest.ts'
import { start } from '../cli/program.ts'
import { ada, isIdle, makeProject, openHouse, python, untilView, whySkipped } from '../session/house.ts'
import { makeSpec } from './tested-spec.ts'

const cells = {
  rows: "rows = [{'a': n, 'b': str(n)} for n in range(200_000)]",
  folder:
    "import os\nsize = 0\nfor name in os.listdir('many'):\n    with open(f'many/{name}') as f:\n        size += len(f.read())\nprint(size)",
  file: "with open('big.bin', 'rb') as f:\n    size = len(f.read())",
}
const MIB = 1024 * 1024

test.skipIf(python === null)(
  `large values and files have digests, and a replay is given the file${whySkipped}`,
  async () => {
    const root = await makeProject(cells)
    const bytes = Buffer.alloc(12 * MIB, 'abc')
    await writeFile(join(root, 'big.bin'), bytes)
    await mkdir(join(root, 'many'))
    for (let n = 0; n < 1200; n++) await writeFile(join(root, 'many', `${n}.txt`), String(n))
    const receipts = await runAll(root)
    const [made, listed, read] = receipts
    const folder = listed?.used.filter(({ kind }) => kind === 'directory' || kind === 'file')
    expect(folder).toMatchObject([{ name: 'many', preview: '1,200 files', value: { format: 'folder' } }])
    expect(folder?.[0]?.digest).toMatch(/^sha256:/)
    expect(made?.generated.find(({ name }) => name === 'rows')?.digest).toMatch(/^sha256:/)
    expect(made?.notCaptured).toEqual([])
    expect(read?.used.find(({ name }) => name === 'big.bin')?.digest).toBe(digestOf(bytes))

    await makeSpec(root)
    const replayed = async (run: string) => {
      const words = ['replay', run, '--json']
      const said = await start({ cwd: root, env: { JUPYTER_PATH: join(root, 'jupyter') } }, words)
      return ReplayReport.parse(JSON.parse(said.out))
    }
    const again = await replayed(made?.run ?? '')
    expect(again.steps[0]?.versions).toMatchObject([{ name: 'rows', verdict: 'identical' }])
    expect(await replayed(read?.run ?? '')).toMatchObject({ verdict: 'identical', problems: [] })

    expect(await replayed(listed?.run ?? '')).toMatchObject({ verdict: 'identical', problems: [] })

    await writeFile(join(root, 'many', '7.txt'), 'seven')
    await rm(join(root, 'many', '8.txt'))
    const differing = await replayed(listed?.run ?? '')
    expect(differing.cause).toContain('many: 1 of 1,200 files changed: 7.txt; 1 of 1,200 removed: 8.txt')
    await appendFile(join(root, 'big.bin'), 'more')
    const changed = await replayed(read?.run ?? '')
    expect(changed.cause).toContain('big.bin: it has changed since, and its bytes were not kept')
    await rm(root, { recursive: true, maxRetries: 5 })
  },
  seconds(180),
)

/** Receipts of all cells, with what was computed behind their replies. */
async function runAll(root: string): Promise<readonly Receipt[]> {
  const house = await openHouse(root)
  const { session } = await house.open()
  await session.run(Object.keys(cells), ada)
  await untilView(session, isIdle)
  await session.settled()
  const receipts = await vi.waitFor(async () => {
    const { runs } = await house.store.index.page({})
    const found = await Promise.all(runs.toReversed().map(({ run }) => house.store.index.receipt(run)))
    const all = found.filter((receipt) => receipt !== null)
    expect(
      all.some(({ notCaptured }) => notCaptured.some(({ why }) => why.includes('has not arrived'))),
    ).toBe(false)
    return all
  }, seconds(60))
  await house.close()
  return receipts
}
