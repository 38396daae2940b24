/** A notebook that seeds nothing, replayed. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ReplayReport } from '../../contract/replay.ts'
import { start } from '../cli/program.ts'
import { makeProject, python, whySkipped } from '../session/house.ts'

const cells = {
  import: 'import numpy as np, random, uuid, os',
  legacy: 'np.random.rand(4)',
  generator: 'rng = np.random.default_rng()\nrng.normal(size=3)',
  names: 'print(uuid.uuid4(), os.urandom(4), random.random())',
  sets: "print({f'name {n}' for n in range(40)}, hash('a'))",
  workers: `import multiprocessing
def each(place):
    return place, open('rows.txt').read(), random.random(), np.random.default_rng().random(), uuid.uuid4()
with multiprocessing.get_context('fork').Pool(1) as pool:
    print(pool.map(each, range(3)))`,
  program: `import subprocess, sys
words = 'import random, uuid; print(random.random(), uuid.uuid4(), open("rows.txt").read())'
print(subprocess.run([sys.executable, '-c', words], capture_output=True, text=True).stdout)`,
  again: 'print(np.random.rand(), rng.random())',
}

describe.skipIf(python === null)(`a notebook without a seed${whySkipped}`, () => {
  let root = ''
  const said = (...words: readonly string[]) =>
    start({ cwd: root, env: { JUPYTER_PATH: join(root, 'jupyter') } }, words)

  beforeAll(async () => {
    root = await makeProject(cells)
    await writeFile(join(root, 'rows.txt'), '5')
    const spec = join(root, 'jupyter', 'kernels', 'tested')
    await mkdir(spec, { recursive: true })
    const argv = [python, '-m', 'ipykernel_launcher', '-f', '{connection_file}']
    await writeFile(
      join(spec, 'kernel.json'),
      JSON.stringify({ argv, display_name: 'Tested', language: 'python' }),
    )
    await said('run', 'a.ipynb', '--kernel', 'tested')
  })
  afterAll(() => rm(root, { recursive: true, maxRetries: 5 }))

  test('every cell comes out as it was', async () => {
    const { out } = await said('replay', 'a.ipynb', '--json')
    const report = ReplayReport.parse(JSON.parse(out))
    expect(report.problems).toEqual([])
    expect(report.environment).toEqual([])
    expect(report.steps.map(({ verdict }) => verdict)).toEqual(Object.keys(cells).map(() => 'identical'))
  })

  test('the receipt shows what workers read', async () => {
    const { out } = await said('log', 'a.ipynb', '--json')
    const runs = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    for (const cellId of ['workers', 'program']) {
      const { run } = runs.find((line) => line.cellId === cellId)
      const receipt = await said('show', run)
      expect(receipt.out).toMatch(/rows\.txt, 1 B, by worker 1/)
      expect(receipt.out).toMatch(/\nWorkers\n {2}Worker 1, /)
      expect(receipt.out).not.toMatch(/not watched/)
    }
  })

  test('a single cell does so too', async () => {
    const { out } = await said('log', 'a.ipynb', '--json')
    const last = JSON.parse(out.trim().split('\n')[0] ?? '')
    const again = ReplayReport.parse(JSON.parse((await said('replay', last.run, '--json')).out))
    expect(again.verdict).toBe('identical')
  })
})
