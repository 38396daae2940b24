/**
 * The server's process and the one that looks after it. A server that dies is there again on its address, with its
 * kernels; nothing is left of one whose supervisor dies.
 */
import { expect, test } from '@playwright/test'
import type * as Y from 'yjs'
import { seconds } from '../../server/setup/patience.js'
import { writeNotebook } from '../support/notebook-file.ts'
import { openNotebook, RoomPeer, SessionPeer, signIn } from '../support/peer.ts'
import { discard, newFolder, startProgram } from '../support/program.ts'

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('a server that dies is started again on its port; people stay signed in, the kernel keeps its variables', async () => {
  const folder = await newFolder()
  await writeNotebook(folder, 'a.ipynb', ['kept = 41', 'print("is", kept + 1)'])
  const program = await startProgram(folder)
  const cookie = await signIn(program.url)
  const before = await openNotebook(program.origin, cookie, 'a.ipynb')
  const session = new SessionPeer(program.origin, cookie, before)
  await session.command({ type: 'run', cells: ['c1'] })
  await session.until((event) => event.type === 'recorded')
  const [server = 0] = await program.serverPids()
  process.kill(server, 'SIGKILL')
  const answers = () => openNotebook(program.origin, cookie, 'a.ipynb').catch(() => null)
  await expect.poll(answers, { timeout: seconds(60) }).not.toBeNull()
  expect(await program.serverPids()).not.toContain(server)
  session.close()
  const opened = await openNotebook(program.origin, cookie, 'a.ipynb')
  const room = new RoomPeer(program.origin, cookie, opened)
  const again = new SessionPeer(program.origin, cookie, opened)
  await again.command({ type: 'run', cells: ['c2'] })
  expect(await again.until((event) => event.type === 'recorded')).toMatchObject({ outcome: 'ok' })
  const shown = () => JSON.stringify(room.doc.getArray<Y.Map<unknown>>('cells').toJSON())
  await expect.poll(shown).toContain('is 42')
  room.close()
  again.close()
  await program.stop()
  expect(await program.serverPids()).toEqual([])
  await discard(folder)
})

test('a supervisor that is killed leaves no server, and the folder can be served again', async () => {
  const folder = await newFolder()
  const program = await startProgram(folder)
  const [server = 0] = await program.serverPids()
  await program.killSupervisor()
  await expect.poll(() => isRunning(server), { timeout: seconds(30) }).toBe(false)
  const next = await startProgram(folder)
  await next.stop()
  await discard(folder)
})
