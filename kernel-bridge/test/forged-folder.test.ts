/** A runtime directory that another user wrote: nothing in it is signalled, connected to or removed. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readConnection } from '../src/connection.ts'
import { createKernels, type KernelAddress, type Kernels } from '../src/index.ts'
import { kernelFolder } from '../src/kernel-folder.ts'
import { identifyProcess, isRunning, isSameProcess, ownProcess } from '../src/process-identity.ts'
import { ownershipOf, readRecord, writeRecord } from '../src/process-record.ts'
import { signer, signerOf } from './signer.ts'

describe('a runtime directory of unknown origin', () => {
  let dir = ''
  let runtimeDir = ''
  let kernels: Kernels
  /** A process of the user's that no record may reach; it leads a group, as kernels do. */
  let victim: ChildProcess
  const victimPid = () => victim.pid ?? 0

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'yk-'))
    runtimeDir = join(dir, 'run')
    await mkdir(runtimeDir)
    kernels = createKernels({ runtimeDir, signer })
    victim = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], {
      detached: true,
      stdio: 'ignore',
    })
    await once(victim, 'spawn')
  })
  afterEach(async () => {
    victim.kill('SIGKILL')
    await kernels.close({ shutdown: true })
    await rm(dir, { recursive: true, force: true })
  })

  const address = (kernelId: string): KernelAddress => ({
    provider: 'local',
    kernelId,
    specName: 'python3',
    place: { pid: victimPid(), spoolDir: join(dir, 'precious') },
    startedAt: '2026-01-01T00:00:00.000Z',
  })

  /** A kernel's folder as a stranger would write it. */
  async function plant(kernelId: string, key = 'the key of a stranger') {
    const folder = kernelFolder(runtimeDir, kernelId)
    await mkdir(folder.spoolDir, { recursive: true })
    const dead = { pid: 2 ** 22 + 1, started: 'never' }
    writeRecord(folder, signerOf(key), { process: identifyProcess(victimPid()), owner: dead })
    return folder
  }

  it('signals no process that a record of another user names', async () => {
    const folder = await plant('kernel')
    await writeFile(
      join(folder.dir, 'waiting.json'),
      JSON.stringify({ server: 999_999, kernel: victimPid() }),
    )
    expect(await kernels.ownership(address('kernel'))).toBe('unknown')
    expect(await kernels.endOrphans()).toBe(0)
    expect(await kernels.end(address('kernel'))).toBe(false)
    expect(await kernels.find(address('kernel'))).toBeNull()
    expect(isRunning(victimPid())).toBe(true)
    expect(existsSync(folder.processFile)).toBe(true)
  })

  it('takes a record of one kernel for no other', async () => {
    const ours = await plant('ours', 'the key of the tests')
    const copied = await plant('copied')
    await writeFile(copied.processFile, await readFile(ours.processFile))
    expect(readRecord(ours, signer)).not.toBeNull()
    expect(readRecord(copied, signer)).toBeNull()
  })

  it('ends the same process whose owner is gone, and none that has its number since', async () => {
    const mine = await plant('mine', 'the key of the tests')
    const reused = kernelFolder(runtimeDir, 'reused')
    await mkdir(reused.spoolDir, { recursive: true })
    const gone = { pid: process.pid, started: 'earlier' }
    writeRecord(reused, signer, { process: gone, owner: gone })
    const exited = once(victim, 'exit')
    expect(await kernels.endOrphans()).toBe(1)
    await exited
    expect(existsSync(mine.dir)).toBe(false)
    expect(existsSync(reused.dir)).toBe(false)
  })

  it.each(['../precious', '..', '', '/', 'a/b', 'a\0b', '.hidden'])('has no kernel %j', async (kernelId) => {
    await mkdir(join(dir, 'precious'))
    await writeFile(join(dir, 'precious', 'connection.json'), '{}')
    expect(await kernels.find(address(kernelId))).toBeNull()
    expect(await kernels.salvage(address(kernelId))).toEqual([])
    await kernels.forget(address(kernelId))
    expect(await kernels.objectsOf(address(kernelId))).toBeNull()
    expect(existsSync(join(dir, 'precious', 'connection.json'))).toBe(true)
    expect(existsSync(runtimeDir)).toBe(true)
  })

  it('follows no link, neither of a kernel nor of the directory', async () => {
    const precious = join(dir, 'precious')
    await mkdir(precious)
    await writeFile(join(precious, 'thesis.txt'), 'x')
    await symlink(precious, join(runtimeDir, 'linked'))
    await kernels.forget(address('linked'))
    expect(existsSync(join(precious, 'thesis.txt'))).toBe(true)
    await mkdir(join(precious, 'kernel'))
    await symlink(precious, join(dir, 'elsewhere'))
    const through = createKernels({ runtimeDir: join(dir, 'elsewhere'), signer })
    await through.forget(address('kernel'))
    expect(existsSync(join(precious, 'kernel'))).toBe(true)
  })

  it.skipIf(process.platform === 'win32').each(['a FIFO', 'a link to an endless device'])(
    'waits for nothing where a record or a connection is %s',
    async (kind) => {
      const folder = kernelFolder(runtimeDir, 'special')
      for (const path of [folder.processFile, folder.connectionFile]) {
        await mkdir(dirname(path), { recursive: true })
        if (kind === 'a FIFO') execFileSync('mkfifo', [path])
        else await symlink('/dev/zero', path)
      }
      expect(readRecord(folder, signer)).toBeNull()
      expect(await readConnection(folder.connectionFile)).toBeNull()
    },
  )

  it('removes only sockets, and only where kernels have theirs', async () => {
    const ports = { shell_port: 1, iopub_port: 2, stdin_port: 3, control_port: 4, hb_port: 5 }
    const connection = { ...ports, transport: 'ipc', key: 'k', signature_scheme: 'hmac-sha256' }
    const precious = join(dir, 'thesis')
    const socket = createServer().listen(join(dir, 'other-1'))
    await once(socket, 'listening')
    await writeFile(`${precious}-1`, 'x')
    const forged = [precious, join(dir, 'other'), join(runtimeDir, 'k0', 'log')]
    for (const [place, ip] of forged.entries()) {
      const folder = await plant(`k${place}`)
      await writeFile(join(folder.dir, 'log-1'), 'x')
      await writeFile(folder.connectionFile, JSON.stringify({ ...connection, ip }))
      await kernels.find(address(`k${place}`))
      if (place > 0) await kernels.forget(address(`k${place}`))
    }
    expect(existsSync(`${precious}-1`)).toBe(true)
    expect(existsSync(join(dir, 'other-1'))).toBe(true)
    expect(existsSync(join(runtimeDir, 'k1'))).toBe(false)
    socket.close()
  })

  it('connects to this machine alone', async () => {
    const folder = await plant('far', 'the key of the tests')
    const connection = { shell_port: 1, iopub_port: 1, stdin_port: 1, control_port: 1, hb_port: 1, key: 'k' }
    const far = { ...connection, transport: 'tcp', ip: '192.0.2.1', signature_scheme: 'hmac-sha256' }
    await writeFile(folder.connectionFile, JSON.stringify(far))
    expect(await kernels.find(address('far'))).toBeNull()
  })
})

describe('which process a number means', () => {
  it('knows a process by its start', () => {
    const own = ownProcess()
    expect(own.pid).toBe(process.pid)
    expect(isSameProcess(own)).toBe(true)
    expect(isSameProcess({ ...own, started: 'another' })).toBe(false)
    expect(identifyProcess(2 ** 22 + 1)).toBeNull()
    expect(identifyProcess(-1)).toBeNull()
    expect(identifyProcess(Number.NaN)).toBeNull()
  })

  it('knows who has a kernel', () => {
    const [own, gone] = [ownProcess(), { pid: 2 ** 22 + 1, started: 'never' }]
    expect(ownershipOf(null)).toBe('unknown')
    expect(ownershipOf({ process: own, owner: own })).toBe('owned')
    expect(ownershipOf({ process: null, owner: own })).toBe('owned')
    expect(ownershipOf({ process: own, owner: gone })).toBe('orphaned')
    expect(ownershipOf({ process: own, owner: null })).toBe('free')
    expect(ownershipOf({ process: gone, owner: null })).toBe('gone')
  })
})
