/** Packages of an interpreter: a real environment, and a wheel that needs no network. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readPackages } from '../src/code-tools/read-packages.ts'
import { python, whySkipped } from './session/house.ts'

describe.skipIf(python === null)(`packages${whySkipped}`, () => {
  let folder = ''
  let own = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'yesterday-packages-'))
    execFileSync(python ?? '', ['-m', 'venv', '--without-pip', join(folder, 'venv')])
    own = join(folder, 'venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  })
  afterAll(() => rmSync(folder, { recursive: true, maxRetries: 5 }))

  /** As an installer leaves a package. */
  function install(name: string, version: string): void {
    const code = 'import sysconfig; print(sysconfig.get_path("purelib"))'
    const site = execFileSync(own, ['-c', code], { encoding: 'utf8' }).trim()
    const info = join(site, `${name.replaceAll('-', '_')}-${version}.dist-info`)
    mkdirSync(info)
    writeFileSync(join(info, 'METADATA'), `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`)
  }

  test('packages are listed by name, with what would install more', async () => {
    expect(await readPackages(own, '')).toMatchObject({ python: own, packages: [], installer: null })
    install('Zeta-tools', '2.0')
    install('alpha', '1.0.post1')
    const bin = join(folder, 'bin')
    mkdirSync(bin)
    writeFileSync(join(bin, process.platform === 'win32' ? 'uv.exe' : 'uv'), '', { mode: 0o755 })
    const found = await readPackages(own, bin)
    expect(found?.packages).toEqual([
      { name: 'alpha', version: '1.0.post1', origin: null },
      { name: 'Zeta-tools', version: '2.0', origin: null },
    ])
    expect(found?.installer).toBe('uv')
    expect(found?.version).toMatch(/^3\.\d+\.\d+/)
  })

  test('modules of the current folder are not imported; what is no Python is not asked for long', async () => {
    writeFileSync(join(folder, 'json.py'), 'raise SystemExit("imported")')
    const before = process.cwd()
    process.chdir(folder)
    try {
      expect((await readPackages(own, ''))?.packages.length).toBe(2)
    } finally {
      process.chdir(before)
    }
    expect(await readPackages(process.execPath, '')).toBeNull()
    expect(await readPackages(join(folder, 'missing'), '')).toBeNull()
  })
})
