/** Pythons are found, remembered, made and missed: with real interpreters, a real venv and a real pip. */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path, { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { privateFolder } from '../../src/setup/environment-paths.ts'
import { probe } from '../../src/setup/probe.ts'
import { probeAll } from '../../src/setup/probe-cache.ts'
import { ensurePython, findInterpreters } from '../../src/setup/python.ts'
import type { Surroundings } from '../../src/user/surroundings.ts'

const isWindows = process.platform === 'win32'
const base = process.env.YESTERDAY_TEST_PYTHON ?? 'python3'
/** The interpreter below any virtual environment. */
const python = execFileSync(base, ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim()

let folder = ''
let root = ''
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'yesterday-setup-')))
  root = join(folder, 'project')
  mkdirSync(root)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A home and search path with nothing in them but what a test puts there. */
function bareMachine(env: Record<string, string> = {}): Surroundings {
  const home = join(folder, 'home')
  const data = { XDG_DATA_HOME: join(home, 'data'), LOCALAPPDATA: join(home, 'data') }
  const jupyter = { JUPYTER_DATA_DIR: join(home, 'jupyter'), PROGRAMDATA: join(home, 'machine') }
  const keep = { SYSTEMROOT: process.env.SYSTEMROOT, TEMP: process.env.TEMP }
  return {
    platform: process.platform,
    home,
    path,
    env: { ...keep, HOME: home, PATH: join(folder, 'bin'), ...data, ...jupyter, ...env },
  }
}

const makeVenv = (at: string): string => {
  execFileSync(python, ['-m', 'venv', '--without-pip', at])
  return isWindows ? join(at, 'Scripts', 'python.exe') : join(at, 'bin', 'python')
}

const packagesOf = (interpreter: string): string =>
  execFileSync(interpreter, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'], {
    encoding: 'utf8',
  }).trim()

/** The files of an environment of conda. Its program says that it ran, and is the interpreter of the tests. */
function makeConda(at: string, proof: string): string {
  const [program, packages] = isWindows
    ? [join(at, 'python.exe'), join(at, 'Lib', 'site-packages')]
    : [join(at, 'bin', 'python'), join(at, 'lib', 'python3.11', 'site-packages')]
  mkdirSync(join(packages, 'ipykernel'), { recursive: true })
  mkdirSync(join(at, 'conda-meta'))
  writeFileSync(join(at, 'conda-meta', 'python-3.11.9-h955ad1f_0.json'), '{}')
  writeFileSync(join(at, 'conda-meta', 'python-dateutil-2.9.0-pyhd8ed1ab_0.json'), '{}')
  mkdirSync(path.dirname(program), { recursive: true })
  writeFileSync(program, `#!/bin/sh\ntouch ${proof}\nexec ${python} "$@"\n`, { mode: 0o755 })
  return program
}

/** An ipykernel that can be imported, and no more. */
function plantIpykernel(interpreter: string): void {
  const target = join(packagesOf(interpreter), 'ipykernel')
  mkdirSync(target)
  writeFileSync(join(target, '__init__.py'), '')
}

describe('finding', () => {
  test('the active one comes first, then the project; each environment once', async () => {
    const [active, own] = ['active', 'project/.venv'].map((name) => makeVenv(join(folder, name)))
    for (const each of [active, own]) plantIpykernel(each ?? '')
    const env = { VIRTUAL_ENV: join(folder, 'active'), PATH: path.dirname(active ?? '') }
    const found = await findInterpreters(root, bareMachine(env))
    expect(found.map((each) => each.python)).toEqual([active, own])
    expect(found[0]?.name).toBe('python3')
    expect(new Set(found.map((each) => each.name)).size).toBe(2)
    expect(found[1]?.displayName).toMatch(/^Python 3\.\d+ \(\.venv\)$/)
    const activated = bareMachine({ VIRTUAL_ENV: join(root, '.venv') })
    expect(await findInterpreters(root, activated)).toHaveLength(1)
  })

  test('of an environment in the project nothing runs, and with a chosen one no other is looked at', async () => {
    const [chosen, own] = ['chosen', 'project/.venv'].map((name) => makeVenv(join(folder, name)))
    for (const each of [chosen, own]) plantIpykernel(each ?? '')
    // What a stranger would ship: it says that it ran.
    const proof = join(folder, 'it-ran')
    rmSync(own ?? '')
    writeFileSync(own ?? '', `#!/bin/sh\ntouch ${proof}\n`, { mode: 0o755 })
    const bin = join(folder, 'bin')
    mkdirSync(bin)
    writeFileSync(join(bin, 'python3'), `#!/bin/sh\ntouch ${proof}\n`, { mode: 0o755 })
    const found = await findInterpreters(root, bareMachine({ YESTERDAY_PYTHON: chosen ?? '' }))
    expect(found.map((each) => each.python)).toEqual([chosen])
    expect(existsSync(proof)).toBe(false)
    rmSync(bin, { recursive: true })
    expect((await findInterpreters(root, bareMachine())).map((each) => each.python)).toEqual([own])
    expect(existsSync(proof)).toBe(false)
  })

  test('environments of pixi in the project and of conda are read, not run', async () => {
    const proof = join(folder, 'it-ran')
    const pixi = ['gpu', 'default'].map((name) => makeConda(join(root, '.pixi', 'envs', name), proof))
    const conda = makeConda(join(folder, 'miniforge3', 'envs', 'torch'), proof)
    const here = bareMachine()
    mkdirSync(join(here.home, '.conda'), { recursive: true })
    const listed = [path.dirname(path.dirname(conda)), 'relative', join(folder, 'gone'), '']
    if (isWindows) listed[0] = path.dirname(conda)
    writeFileSync(join(here.home, '.conda', 'environments.txt'), listed.join('\n'))
    const found = await findInterpreters(root, here)
    expect(found.map(({ name, displayName, python: one }) => [name, displayName, one])).toEqual([
      ['python3', 'Python 3.11 (pixi default)', pixi[1]],
      ['python-3.11-pixi-gpu', 'Python 3.11 (pixi gpu)', pixi[0]],
      ['python-3.11-conda-torch', 'Python 3.11 (conda torch)', conda],
    ])
    expect(existsSync(proof)).toBe(false)
    expect(await findInterpreters(root, bareMachine({ YESTERDAY_PYTHON: python }))).toHaveLength(
      (await probe(python))?.ipykernel ? 1 : 0,
    )
  })

  test('a Python without ipykernel is not offered, and is once ipykernel came in', async () => {
    const own = makeVenv(join(root, 'venv'))
    expect(await findInterpreters(root, bareMachine())).toEqual([])
    plantIpykernel(own)
    expect((await findInterpreters(root, bareMachine())).map((each) => each.python)).toEqual([own])
  })

  test.skipIf(isWindows)('what hangs or is no Python is no Python', async () => {
    const bin = join(folder, 'bin')
    mkdirSync(bin)
    writeFileSync(join(bin, 'python'), '#!/bin/sh\necho 7\n', { mode: 0o755 })
    symlinkSync('/bin/false', join(bin, 'python3'))
    expect(await findInterpreters(root, bareMachine())).toEqual([])
  })
})

test('an unchanged interpreter is asked once, a changed one again', async () => {
  const own = makeVenv(join(root, '.venv'))
  const asked: string[] = []
  const ask: typeof probe = (each) => {
    asked.push(each)
    return probe(each)
  }
  const first = await probeAll(bareMachine(), [own], ask)
  expect(await probeAll(bareMachine(), [own], ask)).toEqual(first)
  expect(asked).toEqual([own])
  utimesSync(packagesOf(own), new Date(1), new Date(1))
  await probeAll(bareMachine(), [own], ask)
  expect(asked).toEqual([own, own])
})

describe('ensuring', () => {
  test('a chosen Python without ipykernel is reported, not passed over', async () => {
    const chosen = makeVenv(join(folder, 'chosen'))
    plantIpykernel(makeVenv(join(root, '.venv')))
    const here = bareMachine({ YESTERDAY_PYTHON: chosen })
    expect(await ensurePython({ root, starter: false, report: () => {}, here })).toEqual({
      ok: false,
      problem: {
        message: `YESTERDAY_PYTHON names ${chosen}, which is no Python with ipykernel.`,
        commands: [`${chosen} -m pip install ipykernel`],
      },
    })
  })

  test('a kernelspec of the user is enough', async () => {
    const elsewhere = makeVenv(join(folder, 'elsewhere'))
    plantIpykernel(elsewhere)
    const here = bareMachine()
    const spec = join(here.home, 'jupyter', 'kernels', 'mine')
    mkdirSync(spec, { recursive: true })
    const argv = [elsewhere, '-m', 'ipykernel_launcher', '-f', '{connection_file}']
    writeFileSync(
      join(spec, 'kernel.json'),
      JSON.stringify({ argv, display_name: 'Mine', language: 'python' }),
    )
    expect(await ensurePython({ root, starter: false, report: () => {}, here })).toEqual({
      ok: true,
      interpreter: { name: 'mine', displayName: 'Mine', python: elsewhere },
    })
  })

  test('with no Python at all the answer says so', async () => {
    const ensured = await ensurePython({ root, starter: false, report: () => {}, here: bareMachine() })
    expect(ensured.ok).toBe(false)
  })

  test.skipIf(isWindows)(
    'a private environment is made where a start died at it, found again, and asked for no second time',
    async () => {
      const here = machineWithPip({ PIP_FIND_LINKS: makeWheel() })
      mkdirSync(path.dirname(privateFolder(here)), { recursive: true })
      writeFileSync(
        `${privateFolder(here)}.lock`,
        JSON.stringify({ pid: spawnSync(process.execPath, ['--version']).pid, started: 'then' }),
      )
      const lines: string[] = []
      const first = await ensurePython({ root, starter: false, report: (line) => lines.push(line), here })
      expect(first).toMatchObject({
        ok: true,
        interpreter: { python: join(privateFolder(here), 'bin', 'python') },
      })
      expect(lines).toContain('Installing ipykernel')
      const again: string[] = []
      expect(await ensurePython({ root, starter: false, report: (line) => again.push(line), here })).toEqual(
        first,
      )
      expect(again).toEqual([])
    },
  )

  test.skipIf(isWindows)('of two starts at once one makes the environment and both use it', async () => {
    const here = machineWithPip({ PIP_FIND_LINKS: makeWheel() })
    const lines: string[] = []
    const start = () => ensurePython({ root, starter: false, report: (line) => lines.push(line), here })
    const [one, other] = await Promise.all([start(), start()])
    expect(one).toMatchObject({ ok: true })
    expect(other).toEqual(one)
    expect(lines.filter((line) => line === 'Installing ipykernel')).toHaveLength(1)
    expect(lines.filter((line) => line.startsWith('Another start is at work'))).toHaveLength(1)
  })

  test.skipIf(isWindows)(
    'a half made environment is not used; what failed and what to run are printed',
    async () => {
      const here = machineWithPip({})
      const failed = await ensurePython({ root, starter: false, report: () => {}, here })
      const made = join(privateFolder(here), 'bin', 'python')
      if (failed.ok) throw new Error('packages came from nowhere')
      expect(failed.problem.message).toMatch(/installing packages failed:\n(.|\n)*ipykernel/)
      expect(failed.problem.commands[1]).toBe(`${made} -m pip install ipykernel`)
      plantIpykernel(made)
      expect(await findInterpreters(root, here)).toEqual([])
    },
  )
})

/** A search path with one Python that has no ipykernel, and a pip that is offline. */
function machineWithPip(env: Record<string, string>): Surroundings {
  const plain = makeVenv(join(folder, 'plain'))
  return bareMachine({ PATH: path.dirname(plain), PIP_NO_INDEX: '1', PIP_CONFIG_FILE: '/dev/null', ...env })
}

/** A folder with a wheel by the name of ipykernel, for pip to install without a network. */
function makeWheel(): string {
  const info = 'ipykernel-1.dist-info'
  const files = {
    'ipykernel/__init__.py': '',
    [`${info}/METADATA`]: 'Metadata-Version: 2.1\nName: ipykernel\nVersion: 1\n',
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${info}/RECORD`]: '',
  }
  const code =
    'import json, sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], "w") as z:\n for n, t in json.loads(sys.argv[2]).items(): z.writestr(n, t)'
  execFileSync(python, ['-c', code, join(folder, 'ipykernel-1-py3-none-any.whl'), JSON.stringify(files)])
  return folder
}
