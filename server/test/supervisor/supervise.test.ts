/** The supervisor and its child as real processes; the child is a script in place of the server. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isRunning } from '@yesterday/kernel-bridge/process-identity'
import { afterEach, beforeEach, expect, test } from 'vitest'

const supervisor = JSON.stringify(join(import.meta.dirname, '../../src/supervisor/supervise.ts'))

let folder: string
const started: ChildProcess[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yesterday-supervisor-'))
})
afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

/** Supervises this script; `lives` and `pid` are files in the folder. */
async function superviseScript(script: string) {
  const child = join(folder, 'child.mjs')
  const head = `
    import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
    const file = (name) => ${JSON.stringify(folder)} + '/' + name
    appendFileSync(file('lives'), process.argv.slice(2).join(' ') + '\\n')
    writeFileSync(file('pid'), String(process.pid))
    const life = readFileSync(file('lives'), 'utf8').trimEnd().split('\\n').length
    const stay = () => { setInterval(() => {}, 1000); process.on('disconnect', () => process.exit(0)) }
  `
  await writeFile(child, head + script)
  const source = `
    import { supervise } from ${supervisor}
    process.exitCode = await supervise({
      command: [${JSON.stringify(child)}, 'serve'],
      say: (line) => console.log(line),
      sleep: async () => {},
    })`
  const running = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  started.push(running)
  let said = ''
  running.stdout.on('data', (data) => {
    said += String(data)
  })
  return { running, said: () => said }
}

const lives = async (): Promise<string[]> =>
  (await readFile(join(folder, 'lives'), 'utf8').catch(() => '')).split('\n').slice(0, -1)
const childPid = async (): Promise<number> => Number(await readFile(join(folder, 'pid'), 'utf8'))

async function until(passes: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await passes())) await sleep(20)
}

test('a server that crashes is started again on its port, and a signal to stop reaches it', async () => {
  const { running, said } = await superviseScript(`
    process.send({ type: 'ready', port: 4321 })
    stay()
    process.on('SIGTERM', () => process.exit(0))`)
  await until(async () => (await lives()).length === 1)
  const first = await childPid()
  process.kill(first, 'SIGKILL')
  await until(async () => (await lives()).length === 2 && (await childPid()) !== first)
  expect(await lives()).toEqual(['serve', 'serve --port 4321 --no-open'])
  expect(said()).toContain('SIGKILL')
  running.kill('SIGTERM')
  const [code] = await once(running, 'exit')
  expect(code).toBe(0)
  expect(isRunning(await childPid())).toBe(false)
})

test('a server that always crashes is given up, with what to do', async () => {
  const { running, said } = await superviseScript('process.exit(70)')
  const [code] = await once(running, 'close')
  expect(code).toBe(70)
  expect(await lives()).toHaveLength(5)
  expect(said()).toContain('5 times within a minute')
  expect(said()).toContain('yesterday fsck')
})

test('a start that is refused is not tried again', async () => {
  const { running } = await superviseScript('process.exit(1)')
  const [code] = await once(running, 'close')
  expect(code).toBe(1)
  expect(await lives()).toHaveLength(1)
})

test('a supervisor that is killed takes its server with it', async () => {
  const { running } = await superviseScript('stay()')
  await until(async () => (await lives()).length === 1)
  running.kill('SIGKILL')
  const pid = await childPid()
  await until(() => !isRunning(pid))
})
