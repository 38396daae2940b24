/** A notebook's environment: what differs since it worked, its lock, and the same environment made again. Real Pythons, no network. */
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { python, whySkipped } from '../session/house.ts'
import { start } from './program.ts'

const WHEEL = `
import sys, zipfile
place, name, version, source = sys.argv[1:]
with zipfile.ZipFile(f"{place}/{name}-{version}-py3-none-any.whl", "w") as wheel:
    info = f"{name}-{version}.dist-info/"
    wheel.writestr(f"{name}/__init__.py", "")
    wheel.writestr(f"{name}/__main__.py", source)
    wheel.writestr(info + "METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(info + "RECORD", "".join(f"{one.filename},,\\n" for one in wheel.infolist()) + info + "RECORD,,\\n")
`

describe.skipIf(python === null || process.platform === 'win32')(`environments${whySkipped}`, () => {
  let root = ''
  let own = ''
  let site = ''
  const ask = (code: string, ...words: readonly string[]): string =>
    execFileSync(own, ['-c', code, ...words], { encoding: 'utf8' }).trim()
  const env = (...words: readonly string[]) =>
    start(
      {
        cwd: root,
        env: {
          YESTERDAY_PYTHON: own,
          PIP_NO_INDEX: '1',
          PIP_FIND_LINKS: join(root, 'wheels'),
          PATH: '/nowhere',
        },
      },
      words,
    )
  const info = (version: string) => join(site, `tiny_tool-${version}.dist-info`)

  beforeAll(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'yesterday-env-')))
    own = join(root, 'own/bin/python')
    execFileSync(python ?? '', ['-m', 'venv', '--without-pip', join(root, 'own')])
    const where = 'import sysconfig; print(sysconfig.get_path("purelib"))'
    site = ask(where)
    const shared = execFileSync(python ?? '', ['-c', where], { encoding: 'utf8' })
    writeFileSync(join(site, 'tests.pth'), shared)
    writeFileSync(join(site, 'tiny_tool.py'), 'answer = 1\n')
    mkdirSync(info('1.0'))
    writeFileSync(join(info('1.0'), 'METADATA'), 'Metadata-Version: 2.1\nName: tiny-tool\nVersion: 1.0\n')
    writeFileSync(join(info('1.0'), 'top_level.txt'), 'tiny_tool\n')
    const cell = {
      cell_type: 'code',
      id: 'a',
      metadata: {},
      source: 'import tiny_tool',
      outputs: [],
      execution_count: null,
    }
    writeFileSync(
      join(root, 'a.ipynb'),
      JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }),
    )
  })
  afterAll(() => rmSync(root, { recursive: true, maxRetries: 5 }))

  test('what a good run imported is compared with what is installed now', async () => {
    expect((await env('run', 'a.ipynb')).code).toBe(0)
    expect((await env('env', 'a.ipynb')).out).toContain('Nothing differs from what was imported in run')
    renameSync(info('1.0'), info('2.0'))
    writeFileSync(join(info('2.0'), 'METADATA'), 'Metadata-Version: 2.1\nName: tiny-tool\nVersion: 2.0\n')
    const since = JSON.parse((await env('env', 'a.ipynb', '--json')).out).since
    expect(since.differences).toEqual([{ what: 'package', name: 'tiny-tool', was: '1.0', is: '2.0' }])
    const named = await env('env', '--since', since.run.slice(0, 12))
    expect(named.out).toMatch(/1 difference from run .*\n.*then +now\ntiny-tool +1\.0 +2\.0/)
    expect(await env('env', '--since', 'ffffffff')).toMatchObject({ code: 2 })
  })

  test('the lock is written beside the notebook, or into it', async () => {
    const locked = await env('env', 'lock', 'a.ipynb')
    expect(locked.err).toBe('')
    expect(readFileSync(join(root, 'a.lock.txt'), 'utf8')).toMatch(
      /^# python ==3\.\d+\.\d+\n(?:.*\n)*tiny-tool==2\.0$/m,
    )
    for (const _ of [1, 2]) expect((await env('env', 'lock', 'a.ipynb', '--inline')).code).toBe(0)
    const { cells } = JSON.parse(readFileSync(join(root, 'a.ipynb'), 'utf8'))
    expect(cells.map(({ id }: { id: string }) => id)).toEqual(['environment', 'a'])
    expect([cells[0].source].flat().join('')).toContain('#   "tiny-tool==2.0",')
    expect(await env('env', 'lock')).toMatchObject({ code: 2 })
  })

  test('an environment is made from the lock, with a kernel; a hostile lock starts nothing', async () => {
    mkdirSync(join(root, 'wheels'))
    const registers = 'import sys; open(sys.prefix + "/registered.txt", "w").write(" ".join(sys.argv[1:]))'
    ask(WHEEL, join(root, 'wheels'), 'tiny_tool', '2.0', '')
    ask(WHEEL, join(root, 'wheels'), 'ipykernel', '0.1', registers)
    const write = (...lines: readonly string[]) =>
      writeFileSync(join(root, 'a.lock.txt'), [`# python ==${version}`, ...lines, ''].join('\n'))
    const version = ask('import platform; print(platform.python_version())')
    const made = join(root, 'made')
    const create = () => env('env', 'create', 'a.ipynb', 'made', '--python', own)

    write('--index-url https://evil.example', 'tiny-tool==2.0')
    expect(await create()).toMatchObject({
      code: 1,
      err: expect.stringContaining('line 2 is no NAME==VERSION'),
    })
    write(`tiny-tool @ git+https://evil.example/a/b@${'0'.repeat(40)}`)
    expect(await create()).toMatchObject({ code: 1, err: expect.stringContaining('--urls') })
    expect(existsSync(made)).toBe(false)

    write('tiny-tool==2.0', 'ipykernel==0.1')
    const done = await create()
    expect(done.err).toContain('Successfully installed')
    expect(done.code).toBe(0)
    expect(done.out).toContain('kernel a-')
    const list = 'import importlib.metadata as m; print(m.version("tiny-tool"))'
    expect(execFileSync(join(made, 'bin/python'), ['-c', list], { encoding: 'utf8' }).trim()).toBe('2.0')
    expect(readFileSync(join(made, 'registered.txt'), 'utf8')).toMatch(
      /^install --user --name=a-[0-9a-f]{6} --display-name=a \(Python 3/,
    )
    expect(await create()).toMatchObject({ code: 1, err: expect.stringContaining('is not empty') })
  })
})
