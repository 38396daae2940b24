import { describe, expect, test } from 'vitest'
import { aroundOf } from '../../src/lineage/around.ts'
import type { FileNow } from '../../src/lineage/stale-facts.ts'
import type { Link, RunLinks } from '../../src/store/ports.ts'

const link = (
  name: string,
  by: string | null,
  digest: string | null = `${by} ${name}`,
  parts: Link['parts'] = null,
): Link => ({
  kind: name.includes('.') ? 'file' : 'variable',
  name,
  digest,
  by,
  parts,
})

/** Runs in order; each has what it used (`name` of the run that made it) and what it made. */
function history(...given: readonly (readonly [used: readonly Link[], made: readonly Link[]])[]) {
  const runs = given.map(
    ([used, generated], index): RunLinks => ({
      run: `r${index + 1}`,
      session: 's1',
      sessionSeq: 1,
      order: index + 1,
      used,
      generated,
    }),
  )
  const summary = ({ run, generated }: RunLinks) => ({
    run,
    session: 's1',
    notebook: 'a.ipynb',
    cell: 1,
    cellId: 'c1',
    outcome: 'ok' as const,
    actor: { id: 'ada', name: 'Ada' },
    queued: '2026-01-01T00:00:00.000Z',
    started: null,
    ended: '2026-01-01T00:00:00.000Z',
    durationMs: 1,
    executionCount: 1,
    title: run,
    usedNames: [],
    generatedNames: generated.map(({ name }) => name),
  })
  return {
    links: async (run: string) => runs.find((one) => one.run === run) ?? null,
    fileProducer: async () => null,
    summaries: async (names: readonly string[]) => runs.filter(({ run }) => names.includes(run)).map(summary),
    page: async () => ({ runs: runs.toReversed().map(summary), next: null }),
  }
}

const look = (
  source: ReturnType<typeof history>,
  run: string,
  hops = 2,
  files = new Map<string, FileNow>(),
) => aroundOf(source, { run, hops, session: 's1', files: async () => files, roots: async () => [] })

describe('around a run', () => {
  const source = history(
    [[], [link('a', 'r1')]],
    [[link('a', 'r1')], [link('b', 'r2')]],
    [[link('b', 'r2')], [link('c', 'r3')]],
    [[link('c', 'r3'), link('a', 'r1')], [link('d', 'r4')]],
  )

  test('two hops back, and a count of what lies beyond', async () => {
    const found = await look(source, 'r4', 1)
    expect(found?.nodes.map(({ run, hops, more }) => `${run} ${hops} ${more}`)).toEqual([
      'r1 1 0',
      'r3 1 1',
      'r4 0 0',
    ])
    expect(found?.edges).toContainEqual({ from: 'r3', to: 'r4', things: [{ kind: 'variable', name: 'c' }] })
    expect((await look(source, 'r4', 2))?.nodes).toHaveLength(4)
  })

  test('an unknown run', async () => expect(await look(source, 'zz')).toBeNull())

  test('inputs that are the same, re-created, or re-created with the same content', async () => {
    const used = [link('x', 'r1', 'one'), link('y', 'r1', 'one'), link('z', 'r1', 'one')]
    const later = history([[], used], [used, []], [[], [link('y', 'r3', 'two'), link('z', 'r3', 'one')]])
    const found = await look(later, 'r2')
    expect(found?.inputs.map(({ name, now, by }) => `${name} ${now} ${by}`)).toEqual([
      'x same null',
      'y changed r3',
      'z same null',
    ])
  })

  test('of an input the parts count that were used', async () => {
    const [a, b] = [["['a']"], ["['b']"]]
    const used = [link('df', 'r1', null, a), link('df', 'r2', null, ["['a2']"]), link('d', 'r1', null, b)]
    const later = history(
      [[], []],
      [used, [link('df', 'r2', null, b)]],
      [[], [link('df', 'r3', null, b), link('d', 'r3', null, b)]],
    )
    const inputs = async (source: ReturnType<typeof history>) =>
      (await look(source, 'r2'))?.inputs.map(({ name, now }) => `${name} ${now}`)
    expect(await inputs(later)).toEqual(['df same', 'd changed'])
    const again = history([[], []], [used, []], [[], [link('df', 'r3', null, ["['a2']"])]])
    expect(await inputs(again)).toEqual(['df changed', 'd same'])
  })

  test('what a run changed itself is no longer what it used', async () => {
    const found = await look(history([[], [link('x', 'r1')]], [[link('x', 'r1')], [link('x', 'r2')]]), 'r2')
    expect(found?.inputs.map(({ now }) => now)).toEqual(['own'])
  })

  test('files are compared with the disk', async () => {
    const read = history([
      [link('a.csv', null, 'old'), link('b.csv', null, 'old'), link('c.csv', null, 'old')],
      [],
    ])
    const files = new Map<string, FileNow>([
      ['a.csv', { digest: 'old', size: 1 }],
      ['b.csv', { digest: 'new', size: 1 }],
      ['c.csv', null],
    ])
    const found = await look(read, 'r1', 2, files)
    expect(found?.inputs.map(({ now }) => now)).toEqual(['same', 'changed', 'gone'])
  })

  test('variables of a session that is over cannot be compared', async () => {
    const facts = { run: 'r4', hops: 2, session: 's2', files: async () => new Map(), roots: async () => [] }
    const found = await aroundOf(source, facts)
    expect(found?.inputs.map(({ now }) => now)).toEqual(['unknown', 'unknown'])
  })
})
