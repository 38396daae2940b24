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
  again: 'print(np.random.rand(), rng.random())',
}

describe.skipIf(python === null)(`a notebook without a seed${whySkipped}`, () => {
  let root = ''
  const said = (...words: readonly string[]) =>
    start({ cwd: root, env: { JUPYTER_PATH: join(root, 'jupyter') } }, words)

  beforeAll(async () => {
    root = await makeProject(cells)
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

  test('a single cell does so too', async () => {
    const { out } = await said('log', 'a.ipynb', '--json')
    const last = JSON.parse(out.trim().split('\n')[0] ?? '')
    const again = ReplayReport.parse(JSON.parse((await said('replay', last.run, '--json')).out))
    expect(again.verdict).toBe('identical')
  })
})
