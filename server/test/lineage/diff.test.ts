/** What differs between two recorded runs, and what only one of them records. */
import { expect, test } from 'vitest'
import type { Receipt } from '../../contract/run.ts'
import { sayIn } from '../../contract/words.ts'
import { diffText } from '../../src/cli/diff-text.ts'
import { digestOf } from '../../src/disk/digest.ts'
import { diffRuns, type RunSide } from '../../src/lineage/diff.ts'
import { edge, receipt } from '../replay/given.ts'

const side = (more: Partial<Receipt>): RunSide => ({
  name: receipt('a'),
  receipt: receipt('a', { source: 'x', ...more }),
})
const environment = (facets: Record<string, unknown>) => ({
  digest: digestOf(JSON.stringify(facets)),
  facets,
})
const read = async () => null

test('a package with a different version differs; one that was not imported yet does not', async () => {
  const a = side({ environment: environment({ distributions: { numpy: '1' } }) })
  const b = side({ environment: environment({ distributions: { numpy: '2', pandas: '3' } }) })
  const diff = await diffRuns(a, b, read)
  expect(diff.packages).toEqual([{ name: 'numpy', a: '1', b: '2' }])
  const later = side({ environment: environment({ distributions: { numpy: '1', pandas: '3' }, cpu: 'x' }) })
  expect(await diffRuns(a, later, read)).toMatchObject({ same: true, environment: [] })
})

test('an environment variable that is set differs from one that is not', async () => {
  const a = side({ environment: environment({ variables: {} }) })
  const b = side({ environment: environment({ variables: { TZ: 'UTC' } }) })
  expect((await diffRuns(a, b, read)).environment).toEqual([{ name: 'variables.TZ', a: null, b: 'UTC' }])
})

test('a generator counts for those that drew from it', async () => {
  const state = (digest: string) => ({
    cwd: '',
    random: {},
    before: { random: digestOf(digest) },
    entropy: null,
    hashSeed: null,
    answers: null,
    widgets: null,
  })
  expect((await diffRuns(side({ state: state('1') }), side({ state: state('2') }), read)).same).toBe(true)
  const generated = [edge('random', { kind: 'state' })]
  const [a, b] = ['1', '2'].map((digest) => side({ state: state(digest), generated }))
  if (a === undefined || b === undefined) throw new Error('two sides')
  expect((await diffRuns(a, b, read)).random).toHaveLength(1)
})

test('the content of a name is shown once, whatever its preview repeats, and a digest by its beginning', async () => {
  const array = {
    type: 'numpy.ndarray',
    shape: [3, 4],
    preview: 'numpy.ndarray 3 by 4',
    digest: digestOf('a'),
  }
  const number = { type: 'float', shape: null, preview: '0.5', digest: digestOf('b') }
  const tensor = { type: 'torch.Tensor', shape: [], preview: null, digest: digestOf('c') }
  const used = (...facts: readonly object[]) => facts.map((fact, n) => edge(`v${n}`, fact))
  const a = side({ used: used(array, number, tensor) })
  const b = side({ used: used(number, array, number) })
  const diff = await diffRuns(a, b, read)
  expect(diff.inputs.map((input) => input.a)).toEqual([
    `numpy.ndarray 3 by 4 (${digestOf('a')})`,
    `float, 0.5 (${digestOf('b')})`,
    `torch.Tensor (${digestOf('c')})`,
  ])
  const lines = diffText({ kind: 'runs', diff }, sayIn.en)
  expect(lines).toContain(
    `  Variables: v2: torch.Tensor (${digestOf('c').slice(0, 19)}…) → float, 0.5 (${digestOf('b').slice(0, 19)}…)`,
  )
})

test('the place of the kernel differs by server or node, where both sides recorded it', async () => {
  const gpu = { provider: 'ssh', name: 'gpu1', job: null, cluster: null, partition: null, node: null }
  const [here, there, older] = [side({ host: null }), side({ host: gpu }), side({})]
  const diff = await diffRuns(here, there, read)
  expect(diff.environment).toEqual([{ name: 'host', a: 'this machine', b: 'gpu1' }])
  expect(diffText({ kind: 'runs', diff }, sayIn.en)).toContain('  Kernel: this machine → gpu1')
  expect(diffText({ kind: 'runs', diff }, sayIn.zh)).toContain('  内核: 本机 → gpu1')
  expect((await diffRuns(older, there, read)).environment).toEqual([])
})
