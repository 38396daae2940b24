/** What a settled promise means: it is there after the process was killed, and beside what others write. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Store } from '../../src/store/ports.ts'
import { indexRows, newPlace, type SqlitePlace } from './sqlite-place.ts'

const program = join(import.meta.dirname, 'appender.ts')

let place: SqlitePlace
beforeEach(async () => {
  place = await newPlace()
})
afterEach(() => place.remove())

/** Starts a writer, kills it when it has said `killAfter` lines, and returns all that it said. */
async function write(name: string, count: number, killAfter: number): Promise<readonly string[]> {
  const words = [program, place.root, name, String(count)]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const said: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    if (said.push(line) === killAfter) child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return said
}

async function expectKept(store: Store, name: string, said: readonly string[]): Promise<void> {
  const loaded = await store.updates.load(name)
  const updates = new Set(loaded?.updates.map((update) => new TextDecoder().decode(update)))
  for (const line of said) {
    const [what, which = ''] = line.split(' ')
    if (what === 'run') expect(await store.index.receipt(which), line).toMatchObject({ run: which })
    if (what === 'update') expect(updates.has(which), line).toBe(true)
    if (what === 'object') expect(await store.objects.get(which), line).not.toBeNull()
  }
}

/** Nothing is damaged, and the index is what the log says. */
async function expectSound(store: Store): Promise<void> {
  expect((await store.check()).problems).toEqual([])
  const before = indexRows(place.root)
  await store.index.rebuild()
  expect(indexRows(place.root)).toEqual(before)
}

/** Ten moments, spread over the life of the writer. */
const moments = [1, 2, 9, 23, 58, 101, 166, 247, 333, 480]

test.for(moments)(
  'killed after %i settled writes, it kept them all, and can be written again',
  async (moment) => {
    const said = await write('first', 10_000, moment)
    expect(said.length).toBeGreaterThanOrEqual(moment)
    expect(said).not.toContain('done')
    const store = await place.open()
    await expectKept(store, 'first', said)
    await expectSound(store)
    await store.close()
    expect(await write('second', 3, -1)).toContain('done')
  },
)

test('four processes open one empty folder at once, and all that each wrote is there', async () => {
  const names = ['a', 'b', 'c', 'd']
  const said = await Promise.all(names.map((name) => write(name, 40, -1)))
  for (const lines of said) expect(lines).toContain('done')
  const store = await place.open()
  for (const [position, name] of names.entries()) await expectKept(store, name, said[position] ?? [])
  await expectSound(store)
  await store.close()
})
