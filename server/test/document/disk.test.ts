/** A file that is replaced keeps what it is beside its content. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { nodeDisk } from '../../src/document/disk.ts'

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yesterday-disk-'))
  file = join(folder, 'a.ipynb')
  writeFileSync(file, 'before, and longer than what comes')
})
afterEach(() => rmSync(folder, { recursive: true, maxRetries: 5 }))

const attribute = 'import os, sys; os.setxattr(sys.argv[1], "user.label", b"kept")'
const look = 'import os, sys; print(os.getxattr(sys.argv[1], "user.label").decode())'

/** False where the file system has no extended attributes, or no Python is there to ask. */
function hasAttributes(): boolean {
  try {
    execFileSync('python3', ['-c', attribute, file], { stdio: 'pipe' })
    return process.platform === 'linux'
  } catch {
    return false
  }
}

test.each([0o600, 0o640, 0o644, 0o444])('its mode (%o), and is whole', async (mode) => {
  chmodSync(file, mode)
  const digest = await nodeDisk.replace(file, ['after'])
  expect(readFileSync(file, 'utf8')).toBe('after')
  expect(digest).toMatch(/^sha256:/)
  expect(statSync(file).mode & 0o777).toBe(mode)
  expect(readdirSync(folder)).toEqual(['a.ipynb'])
})

test('its extended attributes', async (context) => {
  context.skip(!hasAttributes(), 'no extended attributes here')
  await nodeDisk.replace(file, ['after'])
  expect(execFileSync('python3', ['-c', look, file], { encoding: 'utf8' })).toBe('kept\n')
})

test('its owner and group, where this user may give files away', async (context) => {
  context.skip(process.getuid?.() !== 0 || process.platform !== 'linux', 'only root may give files away')
  chownSync(file, 12_345, 23_456)
  chmodSync(file, 0o640)
  await nodeDisk.replace(file, ['after'])
  const { uid, gid, mode } = statSync(file)
  expect([uid, gid, mode & 0o777]).toEqual([12_345, 23_456, 0o640])
})

test('a new file, and one with a mode of our own, are made as asked', async () => {
  await nodeDisk.replace(join(folder, 'new'), ['text'])
  expect(statSync(join(folder, 'new')).mode & 0o777).toBe(0o644 & ~process.umask())
  await nodeDisk.replace(file, ['text'], 0o600)
  expect(statSync(file).mode & 0o777).toBe(0o600)
})
