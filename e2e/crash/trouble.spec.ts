/**
 * A real server where something is wrong around it: a port that is taken, a folder that is served already, that may not
 * be written, or whose disk is full; requests of unknown senders; a kernel whose program is not there; a question that was
 * open when the server died. Each has an answer that says what, where and what to do, and nothing promised is lost.
 */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { WebSocket } from 'ws'
import type * as Y from 'yjs'
import { seconds } from '../../server/setup/patience.js'
import { writeNotebook } from '../support/notebook-file.ts'
import { openNotebook, RoomPeer, request, SessionPeer, signIn } from '../support/peer.ts'
import { discard, endKernels, newFolder, type Program, startProgram } from '../support/program.ts'

const sourceOf = (doc: Y.Doc, cell: number): Y.Text => {
  const source = doc.getArray<Y.Map<unknown>>('cells').get(cell).get('source')
  return source as Y.Text
}

/** What a start that fails says. */
const refusal = (start: Promise<Program>): Promise<string> =>
  start.then(
    async (program) => {
      await program.stop()
      throw new Error('it started')
    },
    (error: Error) => error.message,
  )

async function visit(program: Program, path = 'a.ipynb') {
  const cookie = await signIn(program.url)
  const opened = await openNotebook(program.origin, cookie, path)
  const room = new RoomPeer(program.origin, cookie, opened)
  await room.synced
  const session = new SessionPeer(program.origin, cookie, opened)
  return { cookie, opened, room, session }
}

test('a port that is taken is named, and what to do', async () => {
  const folder = await newFolder()
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const said = await refusal(startProgram(folder, { port }))
  expect(said).toContain(String(port))
  expect(said).toMatch(/--port|another port/)
  other.close()
  const program = await startProgram(folder, { port })
  expect(new URL(program.origin).port).toBe(String(port))
  await program.stop()
  await discard(folder)
})

test('a folder that is served already leads to its server, which goes on', async () => {
  const folder = await newFolder()
  await writeNotebook(folder, 'a.ipynb', ['1'])
  const first = await startProgram(folder)
  const said = await refusal(startProgram(folder))
  expect(said).toContain('already open')
  expect(said).toContain(first.url)
  const { room, session } = await visit(first)
  expect(sourceOf(room.doc, 0).toString()).toBe('1')
  room.close()
  session.close()
  await first.kill()
  const next = await startProgram(folder)
  expect(next.pid).not.toBe(first.pid)
  await next.stop()
  await discard(folder)
})

/** A user who is bound by permissions, as root is not. */
const UNPRIVILEGED = 65_534
const canDropPrivileges =
  process.getuid?.() === 0 &&
  spawnSync(process.execPath, ['--version'], { uid: UNPRIVILEGED, gid: UNPRIVILEGED }).status === 0 &&
  spawnSync(process.execPath, ['-e', `require('fs').readFileSync(${JSON.stringify(import.meta.filename)})`], {
    uid: UNPRIVILEGED,
    gid: UNPRIVILEGED,
  }).status === 0

test('a server whose terminal is closed saves before it stops', async () => {
  const folder = await newFolder()
  await writeNotebook(folder, 'a.ipynb', ['1'])
  const program = await startProgram(folder)
  const { room, session } = await visit(program)
  program.leave()
  sourceOf(room.doc, 0).insert(0, '"kept" # ')
  await expect.poll(() => room.acknowledged).toBeGreaterThanOrEqual(room.sent)
  // Twice, as from the shell and from the terminal itself.
  process.kill(program.pid, 'SIGHUP')
  await program.stop('SIGHUP')
  expect(await readFile(join(folder, 'a.ipynb'), 'utf8')).toContain('kept')
  room.close()
  session.close()
  await discard(folder)
})

test('a folder without write permission is refused by its name, and stays as it was', async () => {
  test.skip(
    !canDropPrivileges && process.getuid?.() === 0,
    'root may write everywhere, and no other user can run this',
  )
  const [folder, home] = [await newFolder(), await newFolder()]
  await writeNotebook(folder, 'a.ipynb', ['1'])
  await Promise.all([chmod(folder, 0o555), chmod(home, 0o777)])
  const as = canDropPrivileges ? { as: { uid: UNPRIVILEGED, home } } : {}
  const said = await refusal(startProgram(folder, as))
  expect(said).toContain(folder)
  expect(said).toContain('cannot be written')
  expect(said).toContain('permissions')
  expect(await readdir(folder)).toEqual(['a.ipynb'])
  await chmod(folder, 0o755)
  await Promise.all([discard(folder), discard(home)])
})

/** A small disk, where this machine lets one be made. */
async function smallDisk(): Promise<{
  readonly folder: string
  readonly remove: () => Promise<void>
} | null> {
  const folder = await newFolder()
  const words = ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', folder]
  if (process.platform === 'linux' && spawnSync('mount', words).status === 0) {
    const remove = async () => {
      await endKernels(folder)
      spawnSync('umount', ['-l', folder])
      await rm(folder, { recursive: true, force: true })
    }
    return { folder, remove }
  }
  await rm(folder, { recursive: true, force: true })
  return null
}

test('a start on a full disk says so and what to do, and the same start works when there is room', async () => {
  const disk = await smallDisk()
  test.skip(disk === null, 'no small disk can be mounted here')
  if (disk === null) return
  try {
    await writeNotebook(disk.folder, 'a.ipynb', ['1 + 1'])
    const ballast = join(disk.folder, 'ballast')
    await writeFile(ballast, new Uint8Array(40 * 1024 * 1024)).catch(() => undefined)
    // With the user's own folder on that disk, and elsewhere.
    for (const env of [{}, { YESTERDAY_HOME: join(disk.folder, 'user') }]) {
      const said = await refusal(startProgram(disk.folder, { env }))
      expect(said).toMatch(/disk is full|no space left/i)
      expect(said).toMatch(/Free some space|YESTERDAY_HOME/)
      expect(said).not.toMatch(/\n\s+at /)
    }
    await rm(ballast)
    const program = await startProgram(disk.folder)
    const cookie = await signIn(program.url)
    expect(await request(program.origin, cookie, 'GET', '/api/workspace')).toMatchObject({ trusted: true })
    await program.stop()
  } finally {
    await disk.remove()
  }
})

test('on a full disk nothing is called saved that is not, people get a notice, and all goes on when there is room', async () => {
  const disk = await smallDisk()
  test.skip(disk === null, 'no small disk can be mounted here')
  if (disk === null) return
  await writeNotebook(disk.folder, 'a.ipynb', ['1 + 1', { markdown: 'notes' }])
  const program = await startProgram(disk.folder)
  try {
    const { room, session } = await visit(program)
    await session.command({ type: 'run', cells: ['c1'] })
    await session.until((event) => event.type === 'recorded')
    const ballast = join(disk.folder, 'ballast')
    await writeFile(ballast, new Uint8Array(40 * 1024 * 1024)).catch(() => undefined)
    const before = room.acknowledged
    // More than the history has room for already.
    for (let n = 0; n < 40; n++)
      sourceOf(room.doc, 1).insert(0, `${n} ${'typed on a full disk '.repeat(8000)}`)
    const text = sourceOf(room.doc, 1).toString()
    const notice = await session.until(
      (event) => event.type === 'notice' && /full|no space|cannot be written/i.test(String(event.text)),
    )
    expect(notice.level).toBe('error')
    expect(room.acknowledged).toBeLessThan(room.sent)
    await rm(ballast)
    await expect.poll(() => room.acknowledged, { timeout: seconds(30) }).toBe(room.sent)
    expect(room.acknowledged).toBeGreaterThan(before)
    await session.command({ type: 'run', cells: ['c1'] })
    await session.until((event) => event.type === 'recorded' && event !== session.events[0])
    await program.kill()
    const again = await startProgram(disk.folder)
    const later = await visit(again)
    expect(sourceOf(later.room.doc, 1).toString()).toBe(text)
    later.room.close()
    later.session.close()
    await again.stop()
  } finally {
    await program.stop()
    await disk.remove()
  }
})

test('a foreign page reaches no door: no route, no room, no session', async () => {
  const folder = await newFolder()
  await writeNotebook(folder, 'a.ipynb', ['1'])
  const program = await startProgram(folder)
  const { cookie, opened, room, session } = await visit(program)
  const sockets = [
    `/api/rooms/${opened.documentId}?epoch=${opened.epoch}&acks=1`,
    `/api/notebooks/${opened.documentId}/session`,
  ]
  const foreign = [
    'http://evil.example',
    'null',
    program.origin.replace('127.0.0.1', 'localhost.evil.example'),
  ]
  for (const origin of foreign) {
    for (const path of sockets) {
      const socket = new WebSocket(`${program.origin.replace('http', 'ws')}${path}`, {
        headers: { cookie, origin },
      })
      const [error] = await once(socket, 'error')
      expect(String(error), `${origin} at ${path}`).toContain('403')
    }
    const answer = await fetch(`${program.origin}/api/notebooks/open`, {
      method: 'POST',
      headers: { cookie, origin, 'content-type': 'application/json' },
      body: JSON.stringify({ path: 'a.ipynb' }),
    })
    expect(answer.status, origin).toBe(403)
  }
  // Without an origin of its own a socket comes from no browser of ours either, but a stranger has no cookie.
  const stranger = new WebSocket(`${program.origin.replace('http', 'ws')}${sockets[0]}`, {
    headers: { origin: program.origin },
  })
  const [unknown] = await once(stranger, 'error')
  expect(String(unknown)).toContain('401')
  room.close()
  session.close()
  await program.stop()
  await discard(folder)
})

test('a kernelspec whose program is not there is named with it, and another one can be chosen', async () => {
  const [folder, data] = [await newFolder(), await newFolder()]
  await mkdir(join(data, 'kernels/lost'), { recursive: true })
  const lost = { argv: ['/nowhere/python', '-m', 'ipykernel_launcher', '-f', '{connection_file}'] }
  await writeFile(
    join(data, 'kernels/lost/kernel.json'),
    JSON.stringify({ ...lost, display_name: 'Lost', language: 'python' }),
  )
  await writeNotebook(folder, 'a.ipynb', ['6 * 7'], { kernelspec: 'lost' })
  const program = await startProgram(folder, { jupyterData: data })
  const { cookie, room, session } = await visit(program)
  const why = await session.command({ type: 'run', cells: ['c1'] }).then(
    () => 'it ran',
    (error: Error) => error.message,
  )
  expect(why).toContain('/nowhere/python')
  const known = await request(program.origin, cookie, 'GET', '/api/kernelspecs')
  const { default: first } = known as { default: string }
  await session.command({ type: 'restart', spec: first, run: ['c1'] })
  expect(await session.until((event) => event.type === 'recorded')).toMatchObject({ outcome: 'ok' })
  room.close()
  session.close()
  await program.stop()
  await Promise.all([discard(folder), discard(data)])
})

test('a question that was open when the server was killed is asked again, and its answer reaches the cell', async () => {
  const folder = await newFolder()
  await writeNotebook(folder, 'a.ipynb', ['name = input("who? ")\nprint("hello", name)'])
  const first = await startProgram(folder)
  const before = await visit(first)
  await before.session.command({ type: 'run', cells: ['c1'] })
  const asks = (event: Record<string, unknown>) =>
    event.type === 'session' && (event.view as { prompt: unknown }).prompt !== null
  await before.session.until(asks)
  await first.kill()
  before.room.close()
  before.session.close()
  const second = await startProgram(folder)
  const after = await visit(second)
  const asked = await after.session.until(asks)
  const { prompt } = asked.view as { prompt: { run: string; text: string } }
  expect(prompt.text).toBe('who? ')
  await after.session.command({ type: 'input', run: prompt.run, value: 'Ada' })
  expect(await after.session.until((event) => event.type === 'recorded')).toMatchObject({ outcome: 'ok' })
  await expect.poll(() => JSON.stringify(after.room.doc.getArray('cells').toJSON())).toContain('hello Ada')
  after.room.close()
  after.session.close()
  await second.stop()
  await discard(folder)
})
