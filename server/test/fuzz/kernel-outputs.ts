/**
 * What a kernel says of outputs, on its way to a document and its peers. Input: a JSON list of `{type, content}`.
 */
import { KnownSecrets, Masker } from '@yesterday/kernel-bridge'
import fc from 'fast-check'
import * as Y from 'yjs'
import { z } from 'zod'
import { cellOutputs, cellsOf, findCell, makeCell } from '../../contract/document.ts'
import type { Json } from '../../contract/json.ts'
import { problemOf } from '../../setup/nbformat-judge.js'
import { digestOf } from '../../src/disk/digest.ts'
import { fileOutput } from '../../src/document/file-output.ts'
import { inline } from '../../src/document/large-values.ts'
import { storeOutputs } from '../../src/session/output-objects.ts'
import { SessionOutputs } from '../../src/session/session-outputs.ts'
import type { ObjectStore } from '../../src/store/ports.ts'
import { list } from '../store/given.ts'
import { hostileJson } from './hostile-json.ts'

const types = [
  'stream',
  'display_data',
  'execute_result',
  'update_display_data',
  'error',
  'clear_output',
  'execute_input',
]
const content = fc.oneof(
  fc.record({ name: fc.constantFrom('stdout', 'stderr'), text: fc.string({ unit: 'binary' }) }),
  fc.record({ data: hostileJson, metadata: hostileJson, transient: fc.constant({ display_id: 'd1' }) }),
  fc.record({ ename: fc.string(), evalue: fc.string(), traceback: fc.array(fc.string()) }),
  hostileJson,
)
const Messages = z.array(
  z.object({ type: z.string(), content: z.custom<{ [key: string]: never }>(isObject) }),
)

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

export const target = {
  inputs: fc
    .array(fc.record({ type: fc.constantFrom(...types), content }), { maxLength: 6 })
    .map((messages) => Buffer.from(JSON.stringify(messages))),
  open: async () => {
    let runs = 0
    return {
      feed: async (input: Uint8Array) => {
        const messages = Messages.safeParse(parsed(input))
        if (!messages.success) return 'refused' as const
        await feed(messages.data, `r${++runs}`)
        return 'accepted' as const
      },
      state: () => String(runs),
      close: async () => undefined,
    }
  },
}

const masker = new Masker(new KnownSecrets(), Buffer.alloc(32))

async function feed(messages: z.infer<typeof Messages>, run: string): Promise<void> {
  const doc = new Y.Doc()
  cellsOf(doc).push([makeCell({ id: 'c1', type: 'code' })])
  const objects = memoryObjects()
  const outputs = new SessionOutputs(doc, objects, masker)
  outputs.begin(run, 'c1')
  for (const { type, content: said } of messages) {
    const header = { msg_id: 'm', msg_type: type, session: 's', username: '', date: '', version: '5.3' }
    outputs.accept(run, { header, content: said })
  }
  const ended = await outputs.end(run)
  await storeOutputs(ended?.outputs ?? [], objects)
  const saved = await Promise.all(
    received(doc).map(async (output) => fileOutput(await inline(output, (digest) => objects.get(digest)))),
  )
  const cell = {
    cell_type: 'code',
    id: 'c1',
    metadata: {},
    source: '',
    execution_count: null,
    outputs: saved,
  }
  const problem = await problemOf(
    JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }),
  )
  if (problem !== '') throw new Error(`nbformat refuses what is written: ${problem}`)
}

/** The outputs as a peer has them. */
function received(doc: Y.Doc): readonly { readonly [key: string]: Json }[] {
  const copy = new Y.Doc()
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc))
  const [here, there] = [doc, copy].map((one) => {
    const found = findCell(one, 'c1')
    return (found && cellOutputs(found.cell)?.toJSON()) ?? []
  })
  if (JSON.stringify(here) !== JSON.stringify(there))
    throw new Error('a peer has other outputs than the server')
  return there ?? []
}

/** Objects as `ObjectStore` has them, without a disk. */
function memoryObjects(): ObjectStore {
  const blobs = new Map<string, Uint8Array>()
  const put = async (bytes: Uint8Array) => {
    const digest = digestOf(bytes)
    blobs.set(digest, bytes)
    return digest
  }
  return {
    put,
    putPages: async (pages) => {
      const whole = Buffer.concat(await list(pages()))
      return { digest: await put(whole), size: whole.length }
    },
    get: async (digest) => blobs.get(digest) ?? null,
    has: async (digest) => blobs.has(digest),
    size: async (digest) => blobs.get(digest)?.length ?? null,
    remove: async (digests) => digests.forEach((digest) => void blobs.delete(digest)),
    list: async function* () {
      yield* blobs.keys()
    },
  }
}

function parsed(input: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(input).toString())
  } catch {
    return undefined
  }
}
