/** The program that starts a private Jupyter server, run by real Pythons of this machine. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type LaunchAnswer,
  type LaunchedServer,
  type LaunchSettings,
  launchProgram,
  problemText,
  readAnswer,
  readReport,
} from '../src/providers/launched/program.ts'
import { jupyterPython, whyNoJupyter } from './jupyter-server.ts'

const python = jupyterPython ?? 'python3'
const other = process.env.YESTERDAY_TEST_PYTHON ?? 'python3'

describe.skipIf(jupyterPython === null)(`the launcher${whyNoJupyter}`, () => {
  let dir: string
  let settings: LaunchSettings
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'yl-'))
    settings = { action: 'start', key: 'a-key', python, folder: dir, state: join(dir, 'state') }
  })
  afterEach(async () => {
    await launch({ ...settings, action: 'stop' })
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  })

  it('starts one server, which others cannot reach, and finds it again', async () => {
    expect(await launch({ ...settings, action: 'find' })).toEqual({ status: 'none' })
    // Starts at the same time start one server.
    const [first, second] = (await Promise.all([launch(settings), launch(settings)])) as LaunchedServer[]
    expect(first).toMatchObject({ status: 'running', folder: dir, python, port: null })
    expect(second).toMatchObject({ pid: first?.pid, token: first?.token, socket: first?.socket })
    expect([first?.isNew, second?.isNew].sort()).toEqual([false, true])
    expect(first?.machine.cpus).toBeGreaterThan(0)
    const path = first?.socket ?? ''
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await ask(path, '/api/kernels', first?.token ?? '')).toEqual([200, '[]'])
    expect((await ask(path, '/api/kernels', 'x'))[0]).toBe(403)
    // Kernels publish by sockets in the closed folder too.
    await ask(path, '/api/kernels', first?.token ?? '', 'POST')
    await vi.waitFor(async () => {
      const names = await readdir(dirname(path))
      expect(names.filter((name) => /-ipc-\d$/.test(name))).toHaveLength(5)
    })
    const words = await readFile(`/proc/${first?.pid}/cmdline`, 'utf8').catch(() => '')
    expect(words).not.toContain(first?.token)
    expect(await launch({ ...settings, action: 'find' })).toMatchObject({ pid: first?.pid, isNew: false })
    // Other settings replace a server, but for one with kernels.
    await mkdir(join(dir, 'sub'))
    expect(await launch({ ...settings, folder: join(dir, 'sub') })).toMatchObject({
      pid: first?.pid,
      folder: dir,
    })
    const [{ id }] = JSON.parse((await ask(path, '/api/kernels', first?.token ?? ''))[1])
    await ask(path, `/api/kernels/${id}`, first?.token ?? '', 'DELETE')
    const moved = await launch({ ...settings, folder: join(dir, 'sub') })
    expect(moved).toMatchObject({ isNew: true, folder: join(dir, 'sub') })
    expect(await launch({ ...settings, action: 'stop' })).toEqual({ status: 'stopped' })
    expect(await launch({ ...settings, action: 'find' })).toEqual({ status: 'none' })
    await expect(stat(dirname((moved as LaunchedServer).socket ?? ''))).rejects.toThrow()
  })

  it('keeps the token out of the output of a job, and ends with the job', async () => {
    const report = join(dir, 'report.json')
    const program = await launchProgram({ ...settings, listen: 'port', report, stay: true })
    await writeFile(join(dir, 'job.py'), program.source, { mode: 0o600 })
    const job = spawn(other, [join(dir, 'job.py')], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    job.stdout.on('data', (data) => {
      output += data
    })
    await vi.waitFor(() => stat(report))
    expect((await stat(report)).mode & 0o777).toBe(0o600)
    const server = readReport(await readFile(report, 'utf8')) as LaunchedServer
    expect(server).toMatchObject({ status: 'running', socket: null })
    const url = `http://127.0.0.1:${server.port}/api/kernels`
    const headers = { authorization: `token ${server.token}` }
    expect(await (await fetch(url, { headers })).json()).toEqual([])
    const ended = once(job, 'exit')
    job.kill('SIGTERM')
    await ended
    await expect(fetch(url, { headers })).rejects.toThrow()
    expect(output).toBe('')
  })

  it('lists kernels without a server, and says what is missing', async () => {
    const seen = await launch({ ...settings, action: 'look' })
    expect(seen).toMatchObject({ status: 'seen', isRunning: false })
    expect(seen).toHaveProperty(
      'kernels',
      expect.arrayContaining([expect.objectContaining({ name: 'python3' })]),
    )
    const without = join(dir, 'python')
    await writeFile(without, '#!/bin/sh\nexit 1\n')
    await chmod(without, 0o755)
    const lacking = await launch({ ...settings, python: without })
    expect(lacking).toEqual({ problem: 'noJupyter', detail: without })
    expect(problemText(lacking as never, 'gpu1')).toBe(
      `There is no Jupyter server on gpu1. Install it there: ${without} -m pip install jupyter-server ipykernel`,
    )
    expect(await launch({ ...settings, python: '/no/python' })).toEqual({
      problem: 'noPython',
      detail: '/no/python',
    })
    expect(await launch({ ...settings, folder: '/no/folder' })).toEqual({
      problem: 'noPlace',
      detail: '/no/folder',
    })
    await mkdir(join(dir, 'state', 'x'), { recursive: true })
    await writeFile(join(dir, 'file'), '')
    expect(await launch({ ...settings, state: join(dir, 'file') })).toMatchObject({ problem: 'noFolder' })
  })
})

describe('answers of the launcher', () => {
  it('finds the marked line among other output, and refuses what is none', () => {
    const mark = 'yesterday-1'
    const problem = { problem: 'noJupyter', detail: '/usr/bin/python3' }
    expect(readAnswer(`Welcome!\n${mark} {"status":"none"}\nBye`, mark)).toEqual({ status: 'none' })
    expect(readAnswer(`\n${mark} ${JSON.stringify(problem)}\n`, mark)).toEqual(problem)
    expect(readAnswer(`\n${mark} {"status":"no`, mark)).toBeNull()
    expect(readAnswer('yesterday-2 {"status":"none"}\n', mark)).toBeNull()
    for (const text of ['', '{', '[]', 'null', '{"status":"running"}', 'x'.repeat(300_000)])
      expect(readReport(text)).toMatchObject({ problem: 'garbage' })
  })

  it('refuses sockets and ports that could be more than that', () => {
    const machine = { host: 'h', id: 'i', system: 's', cpus: 1, memory: 1, gpus: [] }
    const whole = {
      status: 'running',
      isNew: true,
      socket: '/tmp/y/server',
      port: null,
      token: 'a'.repeat(64),
      pid: 2,
    }
    const server = { ...whole, python: '/p', folder: '/f', versions: {}, machine }
    expect(readReport(JSON.stringify(server))).toEqual(server)
    const strange = [
      { socket: '/tmp/a b' },
      { socket: '/tmp/a:8080:host:1' },
      { socket: `/${'a'.repeat(200)}` },
      { socket: 'server' },
      { socket: null },
      { port: 80 },
      { token: '' },
      { token: 'a\r\nb' },
      { socket: null, port: 70_000 },
    ]
    for (const one of strange)
      expect(readReport(JSON.stringify({ ...server, ...one }))).toMatchObject({ problem: 'garbage' })
  })

  it('leaves control characters out of what it says', () => {
    expect(problemText({ problem: 'notStarted', detail: 'a\u001b[2Jb\u0007' }, 'gpu1')).toBe(
      'The Jupyter server on gpu1 did not start: a [2Jb',
    )
  })
})

async function launch(settings: LaunchSettings): Promise<LaunchAnswer | null> {
  const { source, mark } = await launchProgram(settings)
  const program = spawn(other, ['-'], { stdio: ['pipe', 'pipe', 'inherit'] })
  let output = ''
  program.stdout.on('data', (data) => {
    output += data
  })
  program.stdin.end(source)
  await once(program, 'close')
  return readAnswer(output, mark)
}

function ask(socketPath: string, path: string, token: string, method = 'GET'): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `token ${token}` }
    const asked = request({ socketPath, path, headers, method }, (answer) => {
      let text = ''
      answer.on('data', (part) => {
        text += part
      })
      answer.on('end', () => resolve([answer.statusCode ?? 0, text]))
    })
    asked.on('error', reject)
    asked.end()
  })
}
