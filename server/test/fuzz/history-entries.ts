/** Entries of the run log, appended to a real history and read back as the page reads it. Input: the JSON of one entry. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { StoreError } from '../../src/store/errors.ts'
import { LogEntry } from '../../src/store/log-entry.ts'
import { openStore } from '../../src/store/open-store.ts'
import { edge, ended, queued, sessionStarted, started } from '../store/entries.ts'
import { hostileJson } from './hostile-json.ts'

const names = fc.constantFrom('r1', 'r2', 'r3', '__proto__', 'constructor', '')
const record = fc.dictionary(names, hostileJson, { noNullPrototype: true, maxKeys: 3 })
const entry = fc.oneof(
  names.map((run) => queued(run, 's1')),
  names.map((run) => started(run)),
  fc.tuple(names, record, hostileJson).map(([run, facets, any]) => ({
    ...ended(run, 1, { used: [edge(run, { facets: { a: 1 } })] }),
    environment: { digest: run, facets },
    state: { cwd: '/', random: facets, before: {} },
    cost: any,
  })),
  fc.tuple(names, hostileJson).map(([session, kernel]) => ({ ...sessionStarted(session), kernel })),
  hostileJson,
)

export const target = {
  inputs: entry.map((value) => Buffer.from(JSON.stringify(value))),
  open: async () => {
    const root = await mkdtemp(join(tmpdir(), 'yesterday-fuzz-'))
    const store = await openStore({ root })
    await store.runs.append([sessionStarted('s1')])
    const state = async () => {
      const { runs } = await store.index.page({ limit: 500 })
      const receipts = await Promise.all(runs.map(({ run }) => store.index.receipt(run).catch(codeOf)))
      return JSON.stringify([receipts, await store.index.openSessions()])
    }
    return {
      feed: async (input: Uint8Array) => {
        const read = LogEntry.safeParse(parsed(input))
        if (!read.success) return 'refused' as const
        try {
          await store.runs.append([read.data])
          return 'accepted' as const
        } catch (error) {
          if (error instanceof StoreError) return 'refused' as const
          throw error
        }
      },
      state,
      close: async () => {
        await store.close()
        await rm(root, { recursive: true, force: true, maxRetries: 5 })
      },
    }
  },
}

/** An entry whose source is not there is a receipt that cannot be read. */
function codeOf(error: unknown): string {
  if (error instanceof StoreError) return error.code
  throw error
}

function parsed(input: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(input).toString())
  } catch {
    return undefined
  }
}
