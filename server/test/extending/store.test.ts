/** docs/extending/store.md: a store of another kind is one file; one line gives it to the conformance suite. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import type { Store } from '../../src/store/ports.ts'
import { conformance, type Place } from '../store/conformance.ts'
import { newPlace } from '../store/sqlite-place.ts'
import { GzipObjects } from './store/gzip-objects.ts'

/** The other ports, which these tests do not use. */
let others: Store
let sqlite: Place
beforeAll(async () => {
  sqlite = await newPlace()
  others = await sqlite.open()
})
afterAll(async () => {
  await others.close()
  await sqlite.remove()
})

async function place(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'yesterday-objects-'))
  return {
    open: async () => {
      const objects = new GzipObjects(folder)
      return { ...others, objects, close: async () => objects.close() }
    },
    remove: () => rm(folder, { recursive: true }),
  }
}

// The line.
conformance('objects in compressed files', place, ['objects'])
