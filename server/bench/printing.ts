/**
 * `node server/bench/printing.ts`: how long others wait while a cell prints 300 MB, and how much memory the server
 * takes for it, beside an idle loop and beside a bridge that throws away what it hears. It prints and never fails.
 */
import { readFile } from 'node:fs/promises'
import { makeProject, openHouse, python, raze, runAll } from '../test/session/house.ts'
import { delayLine, delays, pause, print } from './loop-delays.ts'

const MB = 300
const CELLS = ['call', 'line', 'loop'] as const
const cells = {
  call: `print(("y" * 99 + "\\n") * ${MB * 10_000}, end="")`,
  line: `print("z" * ${MB * 1_000_000})`,
  loop: `for n in range(${MB * 10_000}): print("w" * 99)`,
}
const names = {
  call: `one call prints ${MB} MB`,
  line: `one line has ${MB} MB`,
  loop: `a loop prints ${MB} MB`,
}

/** The most memory, in MB, that this process holds during the work, above what it held before. */
async function peak(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage.rss()
  let most = before
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss())
  }, 20)
  await work()
  clearInterval(timer)
  return (most - before) / 1e6
}

/** The most memory, in MB, that a process ever held. */
async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1000
}

async function figuresOf(name: string, work: () => Promise<number>): Promise<void> {
  const start = performance.now()
  let [memory, kernel, seconds] = [0, 0, 0]
  const loop = await delays(async () => {
    memory = await peak(async () => {
      kernel = await memoryOf(await work())
    })
    seconds = (performance.now() - start) / 1000
  })
  print(delayLine(name, loop))
  const used = `the server +${memory.toFixed(0)} MB, the kernel ${kernel.toFixed(0)} MB`
  print(`${`  in ${seconds.toFixed(1)} s`.padEnd(52)} ${used}`)
}

async function alone(code: string): Promise<void> {
  const house = await openHouse(await makeProject({}))
  const kernel = await house.kernels.start({ specName: 'tested', cwd: house.root })
  await pause(500)
  await figuresOf(`${names.call}, the bridge alone`, async () => {
    await kernel.execute({ code, runId: 'alone', cellId: null, allowStdin: false }).done
    return kernel.here?.pid ?? 0
  })
  await kernel.shutdown({ graceMs: 0 })
  await raze(house)
}

async function printed(cell: keyof typeof cells): Promise<void> {
  const house = await openHouse(await makeProject({ warm: '1', ...cells }))
  const { session } = await house.open()
  await runAll(session, ['warm'])
  await pause(500)
  await figuresOf(names[cell], async () => {
    await runAll(session, [cell])
    return session.kernel?.here?.pid ?? 0
  })
  await raze(house)
}

if (python === null) throw new Error('set YESTERDAY_TEST_PYTHON to a Python with ipykernel')
print(delayLine('nothing is done', await delays(() => pause(1000))))
await alone(cells.call)
for (const cell of CELLS) await printed(cell)
process.exit()
