/** What processes and their machine use: by real processes, by files of other machines, and by what drivers print. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Gpus, readGpus, readProcesses } from '../../src/machines/gpus.ts'
import { memoryNow } from '../../src/machines/host.ts'
import { isShort, Meter, type MeterParts } from '../../src/machines/meter.ts'
import { linuxTree, lookAtTree, treeOfPs } from '../../src/machines/processes.ts'

const MIB = 1024 * 1024
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yesterday-machines-'))
})
afterEach(() => rmSync(folder, { recursive: true, maxRetries: 5 }))

test.skipIf(process.platform === 'win32')('a process counts with all below it', async () => {
  const script = `require('node:child_process').spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'inherit', 'inherit'] }).on('spawn', () => console.log('up')); process.stdin.resume()`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    await once(child.stdout, 'data')
    const tree = await lookAtTree(child.pid ?? 0)
    expect(tree?.pids).toHaveLength(2)
    expect(tree?.memory).toBeGreaterThan(10 * MIB)
  } finally {
    child.kill('SIGKILL')
    await once(child, 'close')
  }
  expect(await lookAtTree(child.pid ?? 0)).toBeNull()
})

test('a name with brackets and a damaged file do not confuse', async () => {
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  put('7/stat', `7 (a) (b) R 1 ${'0 '.repeat(9)}30 12 ${'0 '.repeat(8)}5 0`)
  put('7/status', 'Name: a\nVmRSS:\t  20 kB\n')
  put('7/task/7/children', '8 9 x')
  put('8/stat', 'nonsense')
  expect(await linuxTree(7, folder)).toEqual({ pids: [7], cpuMs: 420, memory: 20 * 1024 })
})

test('the tree of macOS is read from ps, in any order', () => {
  const ps = '  3   2  1024 0:01.50\n  2   1  2048 1:00.00\n  9   1   100 0:00.10\nnonsense\n'
  expect(treeOfPs(ps, 2)).toEqual({ pids: [3, 2], cpuMs: 61_500, memory: 3 * MIB })
  expect(treeOfPs(ps, 4)).toBeNull()
})

const machine = (files: Readonly<Record<string, string>>) => {
  for (const [path, text] of Object.entries({
    'proc/meminfo': 'MemTotal: 8192 kB\nMemAvailable: 6144 kB\n',
    ...files,
  })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return memoryNow({ proc: join(folder, 'proc'), cgroup: join(folder, 'cgroup') })
}

test.each([
  ['no limit', {}, { memoryUsed: 2 * MIB, memoryTotal: 8 * MIB, isLimited: false }],
  [
    'version 2, in a folder of its own; the file cache is not used memory',
    {
      'proc/self/cgroup': '0::/job/one\n',
      'cgroup/job/memory.max': `${4 * MIB}\n`,
      'cgroup/job/memory.current': `${3 * MIB}\n`,
      'cgroup/job/memory.stat': `anon 1\ninactive_file ${MIB}\n`,
      'cgroup/job/one/memory.max': 'max\n',
      'cgroup/job/one/memory.current': '1\n',
    },
    { memoryUsed: 2 * MIB, memoryTotal: 4 * MIB, isLimited: true },
  ],
  [
    'version 1, seen from inside a container',
    {
      'proc/self/cgroup': '8:memory:/docker/abc\n',
      'cgroup/memory/memory.limit_in_bytes': `${2 * MIB}`,
      'cgroup/memory/memory.usage_in_bytes': `${MIB}`,
    },
    { memoryUsed: MIB, memoryTotal: 2 * MIB, isLimited: true },
  ],
  [
    'a limit above what the machine has',
    { 'proc/self/cgroup': '0::/', 'cgroup/memory.max': `${2 ** 62}`, 'cgroup/memory.current': '1' },
    { memoryUsed: 2 * MIB, memoryTotal: 8 * MIB, isLimited: false },
  ],
])('memory: %s', async (_, files, expected) => {
  expect(await machine(files)).toEqual(expected)
})

test('memory is short near its end', () => {
  const of = (memoryUsed: number, memoryTotal: number) =>
    isShort({ memoryUsed, memoryTotal, isLimited: true })
  expect([of(94, 100), of(96, 100)]).toEqual([false, true])
  expect([of(63_000 * MIB, 64_000 * MIB), of(63_800 * MIB, 64_000 * MIB)]).toEqual([false, true])
})

test('what nvidia-smi prints is read; what a GPU does not report is null', () => {
  expect(readGpus('NVIDIA H200, 37, 1024, 143771\nTesla, T, [N/A], 0, 16\nbroken\n')).toEqual([
    { name: 'NVIDIA H200', busy: 37, memoryUsed: 1024 * MIB, memoryTotal: 143771 * MIB },
    { name: 'Tesla, T', busy: null, memoryUsed: 0, memoryTotal: 16 * MIB },
  ])
  expect([...readProcesses('12, 100\n12, 50\n13, [N/A]\nx, 1\n')]).toEqual([[12, 150 * MIB]])
})

test('a machine without the driver is asked once, one with it every five seconds', async () => {
  let [asked, now] = [0, 0]
  const missing = new Gpus(
    async () => {
      asked++
      throw Object.assign(new Error('no'), { code: 'ENOENT' })
    },
    () => now,
  )
  for (; now < 60_000; now += 1_000) {
    missing.look()
    await missing.settled()
  }
  expect(asked).toBe(2)
})

/** A process that is busy half of the time. */
function meterAt(clock: { now: number }, looks: number[]): Meter {
  const parts: Partial<MeterParts> = {
    now: () => clock.now,
    busyMs: () => clock.now * 1.5,
    memory: async () => ({ memoryUsed: 1, memoryTotal: 100, isLimited: false }),
    disk: async () => ({ diskFree: 1, diskTotal: 2 }),
    tree: async (pid) => {
      looks.push(pid)
      return pid === 404 ? null : { pids: [pid, pid + 1], cpuMs: clock.now / 2, memory: 7 }
    },
    gpus: { look: () => ({ gpus: [], byPid: new Map([[6, 9]]), at: 0 }) },
  }
  return new Meter(folder, parts)
}

test('CPU is the mean since the measurement before; callers within a second share one', async () => {
  const [clock, looks] = [{ now: 10_000 }, [] as number[]]
  const meter = meterAt(clock, looks)
  const first = await meter.measure([5, 404])
  expect(first.processes.get(5)).toEqual({ processes: 2, cpu: null, memory: 7, gpuMemory: 9 })
  expect(first.processes.has(404)).toBe(false)
  clock.now += 500
  expect(await meter.measure([404, 5])).toBe(first)
  clock.now += 1_500
  const second = await meter.measure([5, 404])
  expect([second.processes.get(5)?.cpu, second.host.cpu]).toEqual([50, 150])
  expect(looks).toHaveLength(4)
})

test('the real machine is measured', async () => {
  const { host, processes } = await new Meter(folder).measure([process.pid])
  expect(host.memoryTotal).toBeGreaterThan(host.memoryUsed)
  expect(host.diskTotal).toBeGreaterThan(0)
  if (process.platform !== 'win32') expect(processes.get(process.pid)?.memory).toBeGreaterThan(MIB)
})
