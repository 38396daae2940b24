import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { ensureMetadata, metadataOf } from '../../contract/document.ts'
import { Session } from '../../src/session/session.ts'
import { StoreError } from '../../src/store/errors.ts'
import type { Store } from '../../src/store/ports.ts'
import {
  ada,
  type House,
  isIdle,
  makeProject,
  openHouse,
  python,
  raze,
  receipts,
  runAll,
  untilView,
  whySkipped,
} from './house.ts'

let house: House | null = null
afterEach(async () => {
  if (house !== null) await raze(house)
  house = null
})

async function opened(cells: Readonly<Record<string, string>>) {
  const made = await openHouse(await makeProject(cells))
  house = made
  return { house: made, ...(await made.open()) }
}

/** The storage, whose log refuses as a full disk does for as long as `isFull` says so. */
function fillable(store: Store, isFull: () => boolean): Store {
  return {
    ...store,
    runs: {
      read: (after) => store.runs.read(after),
      redact: (redaction) => store.runs.redact(redaction),
      append: async (entries, blobs) => {
        if (isFull()) throw new StoreError('disk-full', 'the disk is full')
        await store.runs.append(entries, blobs)
      },
    },
  }
}

describe.skipIf(python === null)(`sessions of open documents${whySkipped}`, () => {
  test('one document has one session, and a new one when the notebook was deleted', async () => {
    const { house, id, session } = await opened({ a: '1' })
    expect(house.sessions.of(id)).toBe(session)
    await runAll(session, ['a'])
    await rm(join(house.root, 'a.ipynb'))
    await house.documents.removed('a.ipynb')
    await session.settled()
    expect(session.view().kernel.state).toBe('none')
    expect(() => house.sessions.of(id)).toThrow(/not open/)
    expect(await house.sessions.visit(id)).toBeNull()
    expect(await house.store.index.openSessions()).toEqual([])
  })

  test('the notebook names the kernel that it was run with, and only a choice changes that', async () => {
    const { session, doc } = await opened({ a: '1' })
    await runAll(session, ['a'])
    expect(metadataOf(doc)?.toJSON()).toMatchObject({
      kernelspec: { name: 'tested', display_name: 'Tested Python', language: 'python' },
      language_info: { name: 'python', file_extension: '.py' },
    })
    const own = { name: 'theirs', display_name: 'Theirs', language: 'python' }
    ensureMetadata(doc).set('kernelspec', own)
    await session.restart(null, [], ada)
    await untilView(session, ({ kernel }) => kernel.state === 'idle')
    expect(metadataOf(doc)?.get('kernelspec')).toEqual(own)
    await session.restart('tested', [], ada)
    await untilView(session, ({ kernel }) => kernel.state === 'idle')
    expect(metadataOf(doc)?.get('kernelspec')).toMatchObject({ name: 'tested' })
  })

  test('while the disk is full nothing new runs, and nothing is lost when there is room again', async () => {
    const { house, doc } = await opened({ a: 'x = 1', b: 'x + 1' })
    let full = false
    const { promise: isOver, resolve: over } = Promise.withResolvers<void>()
    const session = new Session({
      kernels: house.kernels,
      store: fillable(house.store, () => full),
      doc,
      documentId: null,
      path: () => 'a.ipynb',
      cwd: () => house.root,
      defaultSpec: async () => 'tested',
      allowStdin: false,
      prewarm: false,
    })
    const notices: string[] = []
    session.events.on('event', (event) => {
      if (event.type === 'notice') notices.push(event.text)
    })
    await runAll(session, ['a'])
    full = true
    const asked = session.run(['b'], ada)
    session.events.on('event', (event) => {
      if (event.type === 'notice') over()
    })
    await isOver
    expect(notices).toEqual([expect.stringContaining('the disk is full')])
    expect(session.view()).toMatchObject({ running: null, queue: [{ cell: 'b' }] })
    full = false
    expect(await asked).toBeNull()
    await untilView(session, isIdle)
    await session.settled()
    expect((await receipts(house)).map(({ cellId, outcome }) => `${cellId} ${outcome}`)).toEqual([
      'a ok',
      'b ok',
    ])
    session.shutdown(ada)
    await session.settled()
  })

  test('a run whose kernel cannot start is refused with the reason and leaves no trace in the log', async () => {
    const { house, doc } = await opened({ a: '1' })
    const session = new Session({
      kernels: house.kernels,
      store: house.store,
      doc,
      documentId: null,
      path: () => 'a.ipynb',
      cwd: () => join(house.root, 'no-such-folder'),
      defaultSpec: async () => 'tested',
      allowStdin: false,
      prewarm: false,
    })
    expect(await session.run(['a'], ada)).toMatch(/no-such-folder/)
    expect(session.view().kernel.state).toBe('dead')
    for await (const { entry } of house.store.runs.read()) expect(entry).toBeUndefined()
  })
})
