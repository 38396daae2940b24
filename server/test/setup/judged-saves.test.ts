/** nbformat judges what the tests save: an invalid notebook is noticed, one that was invalid before is not. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { expectValid, problemsIn } from '../../setup/nbformat-judge.js'
import { nodeDisk } from '../../src/document/disk.ts'
import { python, whySkipped } from '../session/house.ts'

const valid = { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 }
const invalid = JSON.stringify({ ...valid, cells: [{ cell_type: 'code' }] })

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yesterday-judged-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Takes the verdicts, so that this test does not fail by them. */
async function verdicts(): Promise<string[]> {
  const taken: Promise<string>[] = Reflect.get(nodeDisk.replace, 'verdicts')
  return Promise.all(taken.splice(0))
}

test.skipIf(process.env.YESTERDAY_TEST_PYTHON === undefined)(
  `a saved notebook that nbformat refuses fails the test that saved it${python === null ? whySkipped : ''}`,
  async () => {
    const file = join(folder, 'a.ipynb')
    await nodeDisk.replace(file, [JSON.stringify(valid)])
    expect(await verdicts()).toEqual([''])
    await nodeDisk.replace(file, [invalid])
    expect(await verdicts()).toEqual([expect.stringMatching(/a\.ipynb: .*'metadata' is a required property/)])
    await nodeDisk.replace(file, [`${invalid} `])
    expect(await verdicts()).toEqual([''])
    await nodeDisk.replace(join(folder, 'a.txt'), [invalid])
    expect(await verdicts()).toEqual([])
  },
)

test.skipIf(process.env.YESTERDAY_TEST_PYTHON === undefined)(
  'the notebooks of a folder are judged, but for those that are named',
  async () => {
    await writeFile(join(folder, 'good.ipynb'), JSON.stringify(valid))
    await writeFile(join(folder, 'bad.ipynb'), '{')
    expect(await problemsIn(folder)).toEqual([expect.stringMatching(/^bad\.ipynb: JSONDecodeError/)])
    expect(await problemsIn(folder, { invalid: ['bad.ipynb'] })).toEqual([])
    expect(await problemsIn(folder, { since: Date.now() + 60_000 })).toEqual([])
    await expect(expectValid(folder)).rejects.toThrow('bad.ipynb')
  },
)
