/** Every message of the document and session sockets by every role, on real sockets: all that the tables list. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import * as awareness from 'y-protocols/awareness'
import * as sync from 'y-protocols/sync'
import * as Y from 'yjs'
import { cellSource, cellsOf } from '../../contract/document.ts'
import { COMMAND_ROLES, ROOM_MESSAGE_ROLES, type RoomMessage } from '../../contract/message-roles.ts'
import { mayActAs, ROLES, Role } from '../../contract/route.ts'
import { Command } from '../../contract/session.ts'
import { frame } from '../../contract/sync.ts'
import { takeSessionSocket } from '../../src/session/session-socket.ts'
import { closeHouse, type House, openHouse as openRooms } from '../document/house.ts'
import { connected, openHouse, writeNotebook } from '../fuzz/session-commands.ts'

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'yesterday-message-roles-'))
})
afterAll(() => rm(root, { recursive: true, force: true, maxRetries: 5 }))

describe('commands of a session', () => {
  const types = Object.keys(COMMAND_ROLES)
  /** What each command needs beside its type. */
  const more: Readonly<Record<string, object>> = {
    run: { cells: ['a'] },
    input: { run: 'r1', value: '' },
    comm: { msgType: 'comm_msg', content: {} },
    complete: { code: 'a', cursor: 1 },
    inspect: { code: 'a', cursor: 1, detail: 0 },
    widgets: { models: [] },
    variables: { list: null, since: 0 },
    variable: { name: 'a' },
    value: { of: { name: 'a', path: [], fixed: [], ask: 'head' } },
    computeValue: { of: { name: 'a', path: [], fixed: [], ask: 'picture' } },
  }
  let house: Awaited<ReturnType<typeof openHouse>>
  beforeAll(async () => {
    await writeNotebook(root)
    house = await openHouse(root)
    const take = takeSessionSocket(house.sessions)
    const person = { id: 'ada', name: 'Ada', color: '#000' }
    house.sockets.on('connection', (socket, request) => {
      const role = Role.parse(request.url?.slice(1))
      take(socket, { documentId: house.id, person, may: (required) => mayActAs(role, required) })
    })
  })
  afterAll(() => house.close())

  test('each has a role, and the list is that of the contract', () => {
    expect(types.toSorted()).toEqual(Command.options.map(({ shape }) => shape.type.value).toSorted())
  })
  test.each(ROLES)('%s', async (role) => {
    const page = await connected(await house.port(), role)
    for (const [type, required] of Object.entries(COMMAND_ROLES)) {
      const answer = await page.answerTo(JSON.stringify({ id: type, type, ...more[type] }))
      const isRefused = answer.type === 'refused' && answer.reason.startsWith('Your role')
      expect([type, isRefused]).toEqual([type, !mayActAs(role, required)])
      if (answer.type === 'refused') expect(answer.reason).not.toContain('cannot be read')
    }
    page.socket.removeAllListeners('close')
    page.socket.terminate()
  })
})

describe('messages of a document', () => {
  let house: House
  let document: { readonly id: string; readonly epoch: string }
  beforeAll(async () => {
    const own = await mkdtemp(join(root, 'rooms-'))
    const cell = { cell_type: 'code', id: 'a', source: '', metadata: {}, outputs: [], execution_count: null }
    await writeFile(
      join(own, 'a.ipynb'),
      JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }),
    )
    house = await openRooms(own)
    const opened = await house.documents.open('a.ipynb')
    if (!opened.ok) throw new Error(opened.refusal.message)
    document = opened.document
  })
  afterAll(() => closeHouse(house))

  const frameOf = (type: number, write: (encoder: encoding.Encoder) => void): Uint8Array => {
    const encoder = encoding.createEncoder()
    encoding.writeVarUint(encoder, type)
    write(encoder)
    return encoding.toUint8Array(encoder)
  }
  /** An edit of the document as it is now, and its text. */
  const edit = (text: string): Uint8Array => {
    const live = house.documents.get(document.id)
    const copy = new Y.Doc()
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(live?.doc ?? new Y.Doc()))
    const before = Y.encodeStateVector(copy)
    cellSource(cellsOf(copy).get(0)).insert(0, text)
    return Y.encodeStateAsUpdate(copy, before)
  }
  const source = (): string => {
    const live = house.documents.get(document.id)
    return live === null ? '' : cellSource(cellsOf(live.doc).get(0)).toString()
  }

  /** Sends one message, then one that is answered in any case, and returns the types of the answers until then. */
  async function answersTo(role: Role, message: Uint8Array): Promise<readonly string[]> {
    const address = house.sockets.address()
    if (typeof address !== 'object' || address === null) throw new Error('no port')
    const socket = new WebSocket(
      `ws://127.0.0.1:${address.port}/${document.id}?epoch=${document.epoch}&role=${role}&actor=${role}`,
    )
    socket.binaryType = 'arraybuffer'
    const answers: string[] = []
    const settled = Promise.withResolvers<void>()
    socket.on('open', () => {
      socket.send(message)
      // An update that says nothing is acknowledged to editors; the others get the answer to a step 1.
      socket.send(frameOf(frame.sync, (encoder) => sync.writeSyncStep1(encoder, new Y.Doc())))
    })
    let steps = 0
    socket.on('message', (data: ArrayBuffer) => {
      const decoder = decoding.createDecoder(new Uint8Array(data))
      const type = decoding.readVarUint(decoder)
      if (type === frame.acknowledged) answers.push('acknowledged')
      if (type === frame.refused) answers.push('refused')
      if (type === frame.awareness) answers.push('presence')
      if (type === frame.sync && decoding.readVarUint(decoder) === sync.messageYjsSyncStep2) {
        steps++
        answers.push('stepTwo')
      }
      const last = message[0] === frame.sync && message[1] === sync.messageYjsSyncStep1 ? 2 : 1
      const isWrite = message[0] === frame.sync && message[1] !== sync.messageYjsSyncStep1
      const hasAnswer = !isWrite || answers.includes('acknowledged') || answers.includes('refused')
      if (steps === last && hasAnswer) settled.resolve()
    })
    socket.on('close', () => settled.resolve())
    await settled.promise
    socket.terminate()
    return answers
  }

  const messages: Readonly<Record<RoomMessage, (text: string) => Uint8Array>> = {
    stepOne: () => frameOf(frame.sync, (encoder) => sync.writeSyncStep1(encoder, new Y.Doc())),
    stepTwo: (text) =>
      frameOf(frame.sync, (encoder) => {
        encoding.writeVarUint(encoder, sync.messageYjsSyncStep2)
        encoding.writeVarUint8Array(encoder, edit(text))
      }),
    update: (text) => frameOf(frame.sync, (encoder) => sync.writeUpdate(encoder, edit(text))),
    awareness: () => {
      const own = new awareness.Awareness(new Y.Doc())
      own.setLocalState({ user: {} })
      const update = awareness.encodeAwarenessUpdate(own, [own.clientID])
      own.destroy()
      return frameOf(frame.awareness, (encoder) => encoding.writeVarUint8Array(encoder, update))
    },
    queryAwareness: () => frameOf(frame.queryAwareness, () => undefined),
  }
  const MESSAGES = ['stepOne', 'stepTwo', 'update', 'awareness', 'queryAwareness'] as const
  test('the list is that of the contract', () => {
    expect([...MESSAGES]).toEqual(Object.keys(ROOM_MESSAGE_ROLES))
  })
  /** What a sender gets who may send it. */
  const taken: Readonly<Record<RoomMessage, string>> = {
    stepOne: 'stepTwo',
    stepTwo: 'acknowledged',
    update: 'acknowledged',
    awareness: 'stepTwo',
    queryAwareness: 'stepTwo',
  }

  test.each(ROLES)('%s', async (role) => {
    for (const message of MESSAGES) {
      const text = `${role} ${message} `
      const answers = await answersTo(role, messages[message](text))
      const may = mayActAs(role, ROOM_MESSAGE_ROLES[message])
      expect([message, answers.includes('refused')]).toEqual([message, !may])
      if (may) expect(answers).toContain(taken[message])
      const isWrite = message === 'stepTwo' || message === 'update'
      expect([message, source().includes(text)]).toEqual([message, may && isWrite])
    }
  })
})
