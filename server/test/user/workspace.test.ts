/** Whose a `.yesterday/` is: made here, moved, copied, shipped, or a link to somewhere else. */
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { claimWorkspace, trustWorkspace, workspaceOf } from '../../src/user/workspace.ts'

let base = ''
let root = ''
let folder = ''
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'yesterday-workspace-'))
  vi.stubEnv('YESTERDAY_HOME', join(base, 'user'))
  root = join(base, 'project')
  folder = join(root, '.yesterday')
  mkdirSync(root)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(base, { recursive: true, force: true })
})

test('a folder without a history is new, and ours once it is claimed', () => {
  expect(workspaceOf(folder)).toEqual({ kind: 'new' })
  const claimed = claimWorkspace(folder)
  expect(claimed.kind).toBe('own')
  expect(workspaceOf(folder)).toEqual(claimed)
  expect(claimWorkspace(folder)).toEqual(claimed)
})

test('it stays ours when the project is renamed or moved', () => {
  const claimed = claimWorkspace(folder)
  mkdirSync(join(base, 'other'))
  renameSync(root, join(base, 'other', 'renamed'))
  expect(workspaceOf(join(base, 'other', 'renamed', '.yesterday'))).toEqual(claimed)
})

test('a copy, and one that came back in its place, are not: another person may have written in them', () => {
  claimWorkspace(folder)
  cpSync(root, join(base, 'copy'), { recursive: true })
  expect(workspaceOf(join(base, 'copy', '.yesterday'))).toEqual({ kind: 'foreign', why: 'moved' })
  rmSync(root, { recursive: true })
  cpSync(join(base, 'copy'), root, { recursive: true })
  expect(workspaceOf(folder)).toEqual({ kind: 'foreign', why: 'moved' })
})

test('what another user or machine signed is not ours, nor is an unsigned one', () => {
  claimWorkspace(folder)
  vi.stubEnv('YESTERDAY_HOME', join(base, 'another'))
  expect(workspaceOf(folder)).toEqual({ kind: 'foreign', why: 'unsigned' })
  rmSync(join(folder, 'workspace.json'))
  writeFileSync(join(folder, 'history.db'), '')
  expect(claimWorkspace(folder)).toEqual({ kind: 'foreign', why: 'unsigned' })
})

test('a history that was made elsewhere is not opened for writing before it is trusted', async () => {
  const store = await openStore({ root })
  await store.close()
  vi.stubEnv('YESTERDAY_HOME', join(base, 'another'))
  await expect(openStore({ root })).rejects.toMatchObject({ code: 'untrusted' })
  trustWorkspace(folder)
  const trusted = await openStore({ root })
  await trusted.close()
  expect(workspaceOf(folder).kind).toBe('own')
})

test('a link is never ours, and cannot be trusted', () => {
  mkdirSync(join(base, 'precious'))
  symlinkSync(join(base, 'precious'), folder)
  expect(claimWorkspace(folder)).toEqual({ kind: 'foreign', why: 'link' })
  expect(() => trustWorkspace(folder)).toThrow(/not a folder but a link/)
})
