/** Where kernels are looked for, and what is made of what is found there. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path, { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commandOf, environmentOf } from '../src/command.ts'
import { findKernelSpecs, type Interpreter, type KernelSpec } from '../src/index.ts'
import { kernelFolders } from '../src/spec-paths.ts'

let dir: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'yk-'))
})
afterEach(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }))

/** Writes a kernelspec below `data`, one of the folders that hold `kernels`. */
async function spec(data: string, name: string, json: unknown): Promise<string> {
  const folder = join(dir, data, 'kernels', name)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'kernel.json'), typeof json === 'string' ? json : JSON.stringify(json))
  return folder
}

const python = (display_name: string) => ({
  argv: ['python', '-f', '{connection_file}'],
  display_name,
  language: 'python',
})

function find(env: Record<string, string> = {}, interpreters: readonly Interpreter[] = []) {
  const from = {
    platform: 'linux' as const,
    env: { JUPYTER_DATA_DIR: join(dir, 'user'), ...env },
    home: join(dir, 'home'),
  }
  return findKernelSpecs({ interpreters, from })
}

/** Of those found, the ones from this test's folder: the machine may have kernels of its own. */
async function named(name: string, ...args: Parameters<typeof find>): Promise<KernelSpec | undefined> {
  return (await find(...args)).specs.find((found) => found.name === name)
}

describe('the search', () => {
  it('reads a whole kernelspec', async () => {
    const folder = await spec('user', 'whole', {
      ...python('Whole'),
      env: { A: 'b' },
      interrupt_mode: 'message',
      metadata: { debugger: true },
    })
    expect(await named('whole')).toEqual({
      name: 'whole',
      displayName: 'Whole',
      language: 'python',
      argv: ['python', '-f', '{connection_file}'],
      env: { A: 'b' },
      interruptMode: 'message',
      resourceDir: folder,
      metadata: { debugger: true },
    })
  })

  it('interrupts by signal by default', async () => {
    await spec('user', 'plain', python('Plain'))
    expect(await named('plain')).toMatchObject({ interruptMode: 'signal', env: {}, metadata: {} })
  })

  it('takes the first of a name: what the user named, then the own, then an environment', async () => {
    await spec('named', 'same', python('Named'))
    await spec('user', 'same', python('Own'))
    await spec(join('venv', 'share', 'jupyter'), 'same', python('Environment'))
    const venv = { name: 'venv', displayName: 'Venv', python: join(dir, 'venv', 'bin', 'python') }
    const JUPYTER_PATH = join(dir, 'named')
    expect((await named('same', { JUPYTER_PATH }, [venv]))?.displayName).toBe('Named')
    expect((await named('same', {}, [venv]))?.displayName).toBe('Own')
    await rm(join(dir, 'user'), { recursive: true, maxRetries: 5 })
    expect((await named('same', {}, [venv]))?.displayName).toBe('Environment')
  })

  it('offers an interpreter as a kernel before a kernelspec of its name', async () => {
    await spec('user', 'python3', python('Spec'))
    const given = { name: 'Python3', displayName: 'Given', python: join(dir, 'bin', 'python') }
    expect(await named('python3', {}, [given])).toMatchObject({
      displayName: 'Given',
      argv: [given.python, '-m', 'ipykernel_launcher', '-f', '{connection_file}'],
      resourceDir: null,
    })
  })

  it('knows names in lower case', async () => {
    await spec('user', 'MixedCase', python('Mixed'))
    expect((await named('mixedcase'))?.displayName).toBe('Mixed')
  })

  it.each([
    ['no JSON', '{"argv": ['],
    ['no argv', { display_name: 'x', language: 'python' }],
    ['an empty argv', { ...python('x'), argv: [] }],
    ['an argv of numbers', { ...python('x'), argv: [1] }],
    ['an unknown way to interrupt', { ...python('x'), interrupt_mode: 'shout' }],
    ['a list', []],
  ])('reports a kernelspec with %s, and finds the others', async (_, json) => {
    const folder = await spec('user', 'broken', json)
    await spec('user', 'good', python('Good'))
    const { specs, problems } = await find()
    expect(specs.map(({ name }) => name)).toContain('good')
    expect(specs.map(({ name }) => name)).not.toContain('broken')
    const reported = problems.filter(({ detail }) => detail.includes(folder))
    expect(reported).toMatchObject([{ kind: 'kernelspec-broken' }])
  })

  it('passes over what is no kernelspec, and folders that are not there', async () => {
    await mkdir(join(dir, 'user', 'kernels', 'empty'), { recursive: true })
    await writeFile(join(dir, 'user', 'kernels', 'README'), 'text')
    await spec('user', 'bad name!', python('Bad'))
    const { specs, problems } = await find({ JUPYTER_PATH: join(dir, 'nowhere') })
    expect(specs.filter(({ resourceDir }) => resourceDir?.startsWith(dir))).toEqual([])
    expect(problems.filter(({ detail }) => detail.includes(dir))).toEqual([])
  })
})

describe('the folders', () => {
  const at = (platform: NodeJS.Platform, env: Record<string, string>, rules: typeof path.posix) =>
    kernelFolders({
      platform,
      env,
      home: rules.join(rules.sep, 'h'),
      prefixes: [rules.join(rules.sep, 'v')],
      path: rules,
    })

  it('are those of Linux', () => {
    expect(at('linux', { JUPYTER_PATH: '/a::/b' }, path.posix)).toEqual([
      '/a/kernels',
      '/b/kernels',
      '/h/.local/share/jupyter/kernels',
      '/v/share/jupyter/kernels',
      '/usr/local/share/jupyter/kernels',
      '/usr/share/jupyter/kernels',
      '/h/.ipython/kernels',
    ])
    expect(at('linux', { XDG_DATA_HOME: '/x' }, path.posix)[0]).toBe('/x/jupyter/kernels')
  })

  it('are those of macOS', () => {
    expect(at('darwin', {}, path.posix)[0]).toBe('/h/Library/Jupyter/kernels')
  })

  it('are those of Windows', () => {
    const env = { APPDATA: 'C:\\r', PROGRAMDATA: 'C:\\p', JUPYTER_PATH: 'C:\\a;D:\\b' }
    expect(at('win32', env, path.win32)).toEqual([
      'C:\\a\\kernels',
      'D:\\b\\kernels',
      'C:\\r\\jupyter\\kernels',
      '\\v\\share\\jupyter\\kernels',
      'C:\\p\\jupyter\\kernels',
      '\\h\\.ipython\\kernels',
    ])
  })
})

describe.skipIf(process.platform === 'win32')('the command', () => {
  const specOf = (argv: string[], resourceDir: string | null, env = {}): KernelSpec => ({
    name: 's',
    displayName: 'S',
    language: 'python',
    argv,
    env,
    interruptMode: 'signal',
    resourceDir,
    metadata: {},
  })
  async function program(...parts: string[]): Promise<string> {
    const file = join(dir, ...parts)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, '#!/bin/sh\n')
    await chmod(file, 0o755)
    return file
  }

  it('fills in what it knows and leaves the rest', async () => {
    const file = await program('bin', 'k')
    const argv = [file, '{connection_file}', '--at={resource_dir}', '{unknown}']
    expect(await commandOf(specOf(argv, '/r'), '/c$&.json', {})).toEqual([
      file,
      '/c$&.json',
      '--at=/r',
      '{unknown}',
    ])
  })

  it("means by a bare python the environment's own, then the search path's", async () => {
    const own = await program('venv', 'bin', 'python')
    const other = await program('elsewhere', 'python')
    const inside = specOf(['python'], join(dir, 'venv', 'share', 'jupyter', 'kernels', 's'))
    const PATH = join(dir, 'elsewhere')
    expect(await commandOf(inside, 'c', { PATH })).toEqual([own])
    expect(await commandOf(specOf(['python'], '/r'), 'c', { PATH })).toEqual([other])
  })

  it('refuses a program that may not be run', async () => {
    const file = await program('bin', 'k')
    await chmod(file, 0o644)
    await expect(commandOf(specOf([file], null), 'c', {})).rejects.toMatchObject({
      reason: 'program-missing',
    })
  })

  it("adds the kernelspec's environment, then the caller's, and never our own process' number", () => {
    const ours = { HOME: '/h', JPY_PARENT_PID: '1', JPY_INTERRUPT_EVENT: '2', A: 'ours' }
    const unset = `\${NOT_SET}`
    const env = { B: `\${HOME}/b`, C: unset, A: 'spec' }
    expect(environmentOf(ours, specOf([], null, env), { A: 'caller' })).toEqual({
      HOME: '/h',
      A: 'caller',
      B: '/h/b',
      C: unset,
    })
  })
})
