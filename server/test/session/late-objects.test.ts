/** Values that come behind a reply: taken whole, or refused with the reason, within the project's budget. */
import { expect, test } from 'vitest'
import { digestOf } from '../../src/disk/digest.ts'
import { storedContent, takeLate } from '../../src/session/late-objects.ts'
import { budgetOf, limitFrom, ValueBudget } from '../../src/session/value-budget.ts'
import { NOT_KEPT } from '../../src/store/late-content.ts'

const key = { sign: ({ name }: { readonly name: string }) => `by key: ${name}`, signed: () => true }
const piece = (n: number): Buffer => Buffer.alloc(10_000, n)

/** A kernel's side with these pieces, a store, and a content that names pieces 1 to 3. */
function given(spooled: readonly number[], stored: readonly number[] = [], limit = 1e9) {
  const spool = new Map(spooled.map((n) => [digestOf(piece(n)) as string, piece(n)]))
  const store = new Map(stored.map((n) => [digestOf(piece(n)) as string, piece(n)]))
  const objects = {
    isLocal: true,
    read: async (digest: string) => spool.get(digest) ?? null,
    remove: async () => undefined,
  }
  const into = {
    put: async (bytes: Uint8Array) => {
      const digest = digestOf(bytes)
      store.set(digest, Buffer.from(bytes))
      return digest
    },
    has: async (digest: string) => store.has(digest),
  }
  const listed = { list: async function* () {}, size: async () => null }
  return { spool, store, objects, into, budget: new ValueBudget(listed, limit) }
}

const content = (pieces: readonly number[], name = 'df') => ({
  side: 'generated' as const,
  kind: 'variable' as const,
  name,
  by: 'run1',
  what: `the value of ${name}`,
  digest: `sha256:${'1'.repeat(64)}`,
  why: null,
  size: null,
  value: {
    format: 'pickle5-parts',
    digest: digestOf(piece(pieces.at(-1) ?? 0)),
    size: pieces.length * 10_000,
  },
  objects: pieces.map((n) => digestOf(piece(n))),
})

test('a value is taken whole and signed, and what the store has is not asked for', async () => {
  const { spool, store, objects, into, budget } = given([1, 3], [2])
  const one = content([1, 2, 3])
  const taken = await takeLate([one], objects, into, budget)
  expect(store.size).toBe(3)
  expect(new Set(taken.digests)).toEqual(new Set(one.objects))
  expect([...spool.keys()].every((digest) => taken.digests.includes(digest))).toBe(true)
  expect(storedContent('run1', taken, key)(one)).toMatchObject({
    why: null,
    value: { digest: one.value.digest, signature: 'by key: df' },
  })
})

test('a value of which a piece is lost is not claimed; others are', async () => {
  const { objects, into, budget } = given([1, 3, 4])
  const [lost, whole] = [content([1, 2, 3]), content([3, 4], 'other')]
  const stored = storedContent('run1', await takeLate([lost, whole], objects, into, budget), key)
  expect(stored(lost)).toMatchObject({ value: null, why: expect.stringContaining('lost its bytes') })
  expect(stored(whole).value).toMatchObject({ digest: whole.value.digest })
})

test('what exceeds the budget is not kept and says so; what is there already costs nothing', async () => {
  const { store, objects, into, budget } = given([1, 2, 3, 4, 5], [], 31_000)
  const [first, second, again] = [content([1, 2, 3]), content([4, 5], 'more'), content([1, 2, 3], 'alias')]
  const taken = await takeLate([first, second, again], objects, into, budget)
  expect([...taken.refused]).toEqual([
    [second, expect.stringMatching(new RegExp(`^${NOT_KEPT}: .*gc frees`))],
  ])
  expect(store.size).toBe(3)
  expect(taken.digests).toHaveLength(5)
})

test('a disk that is full is a reason, not an error', async () => {
  const { objects, into, budget } = given([1, 2, 3])
  const full = { ...into, put: async () => Promise.reject(new Error('the disk is full')) }
  const one = content([1, 2, 3])
  const taken = await takeLate([one], objects, full, budget)
  expect(taken.refused.get(one)).toBe('it could not be stored: the disk is full')
})

test('the budget counts what the project has, and all sessions share one', async () => {
  const stored = ['a', 'b'] as const
  const objects = {
    list: async function* () {
      for (const name of stored) yield name as never
    },
    size: async () => 400,
  }
  const budget = new ValueBudget(objects, 1000)
  expect(await budget.admit(200)).toBe(true)
  expect(await budget.admit(1)).toBe(false)
  expect(budgetOf(objects)).toBe(budgetOf(objects))
  const limits = ['100', '0', '', 'much', '-1'].map(
    (mib) => limitFrom({ YESTERDAY_PROJECT_MIB: mib }) / 1024 ** 2,
  )
  expect(limits).toEqual([100, 0, 32_768, 32_768, 32_768])
})
