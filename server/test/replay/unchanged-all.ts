/** `node test/replay/unchanged-all.ts`: every template as it was, replayed; how many of its cells come out the same. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { prepareReplay } from '../../src/replay/ready-replay.ts'
import { replay } from '../../src/replay/replay.ts'
import { isRefused } from '../../src/replay/targets.ts'
import { openStore } from '../../src/store/open-store.ts'
import { ada, python } from '../session/house.ts'
import { acts, kernelsOf, makePackages, record, type Template, templates } from './injected.ts'

if (python === null) throw new Error('Set YESTERDAY_TEST_PYTHON to a Python with ipykernel')
const verdicts: Record<string, number> = {}
for (const template of templates) {
  for (const { verdict, title } of await unchanged(python, template)) {
    verdicts[verdict] = (verdicts[verdict] ?? 0) + 1
    if (verdict !== 'identical') process.stdout.write(`${verdict} in ${template.name}: ${title}\n`)
  }
}
process.stdout.write(`${JSON.stringify(verdicts)}\n`)

async function unchanged(interpreter: string, template: Template) {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'ys-unchanged-')))
  const store = await openStore({ root })
  const env = { ...process.env, PYTHONPATH: makePackages(interpreter, root).first }
  const kernels = kernelsOf(interpreter, root, env)
  try {
    await mkdir(join(root, 'work'))
    await writeFile(join(root, 'work', 'data.csv'), '1\n2\n3\n')
    await record(interpreter, root, store, env, acts(template, null))
    await writeFile(join(root, 'work', 'data.csv'), 'changed since\n')
    const world = { store, kernels, root, env }
    const ready = await prepareReplay(world, { kind: 'notebook', path: 'work/a.ipynb' })
    if (isRefused(ready)) throw new Error(ready.refused.message)
    const report = await replay(world, ready, { actor: ada, purpose: { kind: 'replay', of: 'all' } })
    return report.steps
  } finally {
    await kernels.close({ shutdown: true })
    await store.close()
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  }
}
