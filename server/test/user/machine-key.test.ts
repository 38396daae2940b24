/** The user's folder and the machine key in it: where it is, who may read it, and what a signature is good for. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path, { join, posix, win32 } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { signerFor } from '../../src/user/machine-key.ts'
import { userFolder } from '../../src/user/user-folder.ts'

const linux = (env: Record<string, string>) =>
  userFolder({ platform: 'linux', env, home: '/home/ada', path: posix })

describe('the user folder', () => {
  test('follows the conventions of each platform', () => {
    expect(linux({})).toBe('/home/ada/.local/share/yesterday')
    expect(linux({ XDG_DATA_HOME: '/data' })).toBe('/data/yesterday')
    const mac = { platform: 'darwin', env: {}, home: '/Users/ada', path: posix } as const
    expect(userFolder(mac)).toBe('/Users/ada/Library/Application Support/Yesterday')
    const windows = {
      platform: 'win32',
      env: { LOCALAPPDATA: 'D:\\L' },
      home: 'C:\\Users\\ada',
      path: win32,
    } as const
    expect(userFolder(windows)).toBe('D:\\L\\Yesterday')
    expect(userFolder({ ...windows, env: {} })).toBe('C:\\Users\\ada\\AppData\\Local\\Yesterday')
  })

  test('is the one that YESTERDAY_HOME names; relative paths are ignored', () => {
    expect(linux({ YESTERDAY_HOME: '/keys', XDG_DATA_HOME: '/data' })).toBe('/keys')
    expect(linux({ YESTERDAY_HOME: 'keys', XDG_DATA_HOME: 'data' })).toBe('/home/ada/.local/share/yesterday')
  })
})

describe('the machine key', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'yesterday-user-'))
    vi.stubEnv('YESTERDAY_HOME', join(folder, 'home'))
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true, force: true })
  })

  test.skipIf(process.platform === 'win32')('is readable by its owner alone', () => {
    signerFor('test').sign('x')
    const home = join(folder, 'home')
    expect(statSync(home).mode & 0o777).toBe(0o700)
    expect(statSync(path.join(home, 'machine.key')).mode & 0o777).toBe(0o600)
    expect(readFileSync(path.join(home, 'machine.key'))).toHaveLength(32)
  })

  test('verifies what it signed, for the same purpose alone', () => {
    const signature = signerFor('process', 'w1').sign('text')
    expect(signerFor('process', 'w1').verify('text', signature)).toBe(true)
    expect(signerFor('process', 'w1').verify('other', signature)).toBe(false)
    expect(signerFor('process', 'w2').verify('text', signature)).toBe(false)
    expect(signerFor('process').verify('text', signature)).toBe(false)
    expect(signerFor('process', 'w1').verify('text', '')).toBe(false)
  })

  test('another user folder has another key', () => {
    const signature = signerFor('test').sign('text')
    vi.stubEnv('YESTERDAY_HOME', join(folder, 'other'))
    expect(signerFor('test').verify('text', signature)).toBe(false)
  })

  test('a damaged key is reported with what to do, and not replaced', () => {
    signerFor('test').sign('x')
    const damaged = join(folder, 'damaged')
    mkdirSync(damaged)
    writeFileSync(join(damaged, 'machine.key'), 'too short')
    vi.stubEnv('YESTERDAY_HOME', damaged)
    expect(() => signerFor('test').sign('x')).toThrow(/machine.key has 9 bytes instead of 32/)
    expect(readFileSync(join(damaged, 'machine.key'), 'utf8')).toBe('too short')
  })

  test('a folder that cannot be used is named with what to do', () => {
    writeFileSync(join(folder, 'file'), '')
    vi.stubEnv('YESTERDAY_HOME', join(folder, 'file'))
    const signing = () => signerFor('test').sign('x')
    expect(signing).toThrow(join(folder, 'file'))
    expect(signing).toThrow(expect.objectContaining({ hint: expect.stringContaining('YESTERDAY_HOME') }))
  })
})
