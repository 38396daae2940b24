/** The order of unacknowledged runs, whatever the order of their files. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { kernelFolder } from '../src/kernel-folder.ts'
import { AcknowledgedRuns, noteAsked, readSpool } from '../src/spool.ts'
import { spooledFrame } from './spooled-frame.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'yk-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

async function givenFolder() {
  const folder = kernelFolder(dir, 'kernel')
  await mkdir(folder.spoolDir, { recursive: true })
  const write = (name: string, bytes: string | Uint8Array) => writeFile(join(folder.spoolDir, name), bytes)
  const runs = async () => {
    const spooled = await readSpool(folder, {
      alive: true,
      onProblem: (problem) => expect.fail(problem.kind),
    })
    return spooled.map(({ runId }) => runId)
  }
  return { folder, write, runs }
}

const header = { msg_id: 'm', msg_type: 'status', session: 's', username: '', date: '', version: '5.3' }

it('a run whose messages were written after the next one was asked for comes first all the same', async () => {
  const { folder, write, runs } = await givenFolder()
  const asked = new Date(Date.now() - 5).toISOString()
  noteAsked(folder, 'b', 'c2')
  await setTimeout(20)
  const parent = { ...header, date: asked }
  await write('c.frames', spooledFrame({ header, parent, metadata: {}, content: {}, buffers: [] }))
  expect(await runs()).toEqual(['c', 'b'])
})

it('a run of which only the record is left is ordered by its start', async () => {
  const { folder, write, runs } = await givenFolder()
  noteAsked(folder, 'b', null)
  await write('c.record.json', JSON.stringify({ outcome: 'ok', started: Date.now() / 1000 - 60 }))
  await write('a.record.json', JSON.stringify({ outcome: 'ok', started: Date.now() / 1000 + 60 }))
  expect(await runs()).toEqual(['c', 'b', 'a'])
})

it('of acknowledged runs nothing is left, and of others all', async () => {
  const { folder, write, runs } = await givenFolder()
  const acknowledged = new AcknowledgedRuns(folder)
  for (const run of ['a', 'a.b', 'c']) noteAsked(folder, run, null)
  for (const name of ['a.record.json', 'a.frames', 'a.prompt.json', 'c.record.json', 'other.txt'])
    await write(name, '{}')
  await Promise.all([acknowledged.forget('a'), acknowledged.forget('gone')])
  expect((await readdir(folder.spoolDir)).toSorted()).toEqual([
    'a.b.asked.json',
    'c.asked.json',
    'c.record.json',
    'other.txt',
  ])
  await acknowledged.forget('c')
  expect(await runs()).toEqual(['a.b'])
  await rm(folder.spoolDir, { recursive: true })
  await acknowledged.forget('a.b')
})
