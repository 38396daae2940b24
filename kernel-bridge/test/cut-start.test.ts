/** A program that is killed while it makes a kernel's folder leaves nothing that stays. */
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { kernelFolder, makeFolder, removeFolder } from '../src/kernel-folder.ts'
import { endOrphans } from '../src/orphans.ts'
import { isCutStart, startingName } from '../src/owned-name.ts'
import { ownProcess } from '../src/process-identity.ts'
import { readRecord, writeRecord } from '../src/process-record.ts'
import { signer } from './signer.ts'

const ID = '383b1bef-7232-4cb1-86a7-6bd30cfae983'
let runtimeDir: string
beforeEach(async () => {
  runtimeDir = await mkdtemp(join(tmpdir(), 'yk-'))
})
afterEach(() => rm(runtimeDir, { recursive: true, force: true }))

it('a folder appears with its record, or under a name that says whose it is', () => {
  const folder = kernelFolder(runtimeDir, ID)
  makeFolder(folder, (made) => {
    expect(existsSync(folder.dir)).toBe(false)
    expect(readdirSync(runtimeDir)).toEqual([startingName(ID)])
    writeRecord(made, signer, { process: null, owner: ownProcess() })
  })
  expect(readdirSync(runtimeDir)).toEqual([ID])
  expect(readRecord(folder, signer)?.owner).toEqual(ownProcess())
})

it('a folder loses its name before its record', async () => {
  const folder = kernelFolder(runtimeDir, ID)
  makeFolder(folder, (made) => writeRecord(made, signer, { process: null, owner: ownProcess() }))
  const removed = removeFolder(folder)
  const seen = new Set<string>()
  for (let isOver = false; !isOver; ) {
    for (const name of readdirSync(runtimeDir))
      if (!existsSync(join(runtimeDir, name, 'process.json'))) seen.add(name)
    isOver = await Promise.race([
      removed.then(() => true),
      new Promise<false>((go) => setImmediate(go, false)),
    ])
  }
  expect(seen.has(ID)).toBe(false)
  expect(readdirSync(runtimeDir)).toEqual([])
})

it('what a killed program left is removed; what a running one makes stays', async () => {
  const cut = `.new-${ID}.4194305.0123456789ab`
  for (const name of [cut, startingName(ID)])
    await mkdir(join(runtimeDir, name, 'spool'), { recursive: true })
  expect([cut, startingName(ID), ID].map(isCutStart)).toEqual([true, false, false])
  expect(await endOrphans(runtimeDir, signer)).toBe(0)
  expect(readdirSync(runtimeDir)).toEqual([startingName(ID)])
})
