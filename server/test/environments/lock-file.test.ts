/** Locks: what they say of an environment, and how little a hostile one can say. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Installed } from '../../src/code-tools/read-packages.ts'
import { commandsOf, kernelName } from '../../src/environments/create-environment.ts'
import {
  hasInline,
  inlineText,
  lockName,
  lockOf,
  lockText,
  parseInline,
  parseLock,
} from '../../src/environments/lock-file.ts'
import { isExactVersion, lockedText, parseLocked } from '../../src/environments/requirement.ts'
import { surroundings } from '../../src/user/surroundings.ts'

const COMMIT = '0123456789abcdef0123456789abcdef01234567'
const installed: readonly Installed[] = [
  { name: 'numpy', version: '2.3.1', origin: null },
  { name: 'torch', version: '2.4.0+cu121', origin: { kind: 'other' } },
  { name: 'mine', version: '0.1', origin: { kind: 'editable' } },
  {
    name: 'tool',
    version: '1',
    origin: { kind: 'git', url: 'https://github.com/a/tool.git', commit: COMMIT },
  },
  {
    name: 'inner',
    version: '1',
    origin: { kind: 'git', url: 'https://me:secret@host.org/a.git', commit: COMMIT },
  },
  { name: 'old', version: 'unknown', origin: null },
]

describe('a lock', () => {
  test('has exact versions and commits; what it cannot name is stated, without addresses of a person', () => {
    const made = lockOf('3.13.0rc1', installed)
    const text = lockText(made, 'train.ipynb')
    expect(text.split('\n').slice(1)).toEqual([
      '# python ==3.13.0',
      'numpy==2.3.1',
      'torch==2.4.0+cu121',
      `tool @ git+https://github.com/a/tool.git@${COMMIT}`,
      '# editable, not locked: mine 0.1',
      '# from git, not locked, as its address is not a plain one over https: inner 1',
      '# not locked, as its version is not exact: old',
      '',
    ])
    expect(parseLock(text)).toEqual({ ok: true, lock: made.lock })
    expect(parseLock(text.replaceAll('\n', '\r\n'))).toEqual({ ok: true, lock: made.lock })
    expect(hasInline(inlineText(made))).toBe(true)
    expect(parseInline(inlineText(made))).toEqual({ ok: true, lock: made.lock })
    expect(lockName('train.ipynb')).toBe('train.lock.txt')
  })

  test.each([
    '--index-url https://evil.example',
    '-r other.txt',
    '-e .',
    '--find-links=/tmp',
    'numpy',
    'numpy>=2',
    'numpy==2.*',
    'numpy==2; python_version > "3"',
    'numpy==2 --hash=sha256:00',
    'numpy==2#egg',
    'numpy[all]==2',
    './numpy',
    'numpy @ file:///tmp/numpy',
    'numpy @ https://evil.example/numpy.whl',
    `numpy @ git+ssh://git@github.com/a/b@${COMMIT}`,
    `numpy @ git+https://user:pw@github.com/a/b@${COMMIT}`,
    `numpy @ git+https://github.com/../b@${COMMIT}`,
    `numpy @ git+https://localhost/b@${COMMIT}`,
    'numpy @ git+https://github.com/a/b@main',
    `numpy @ git+https://github.com/a/b@${COMMIT} --option`,
    'numpy==1 $(rm)',
    'numpy==$X',
    'numpy==1\\',
  ])('refuses %s', (line) => {
    expect(parseLock(`# python ==3.11.4\n${line}\n`)).toMatchObject({ ok: false, line: 2 })
    const block = `# /// script\n# requires-python = "==3.11.4"\n# dependencies = [\n#   "${line}",\n# ]\n# ///`
    expect(parseInline(block)).toMatchObject({ ok: false })
  })

  test('other members of a block, and blocks without an end or a Python, are refused', () => {
    const block = (...lines: readonly string[]) => ['# /// script', ...lines, '# ///'].join('\n')
    const python = '# requires-python = "==3.11.4"'
    expect(parseInline(block(python, '# [[tool.uv.index]]'))).toMatchObject({ ok: false, line: 3 })
    expect(parseInline(block('# dependencies = [', '# ]'))).toMatchObject({ ok: false })
    expect(parseInline(`# /// script\n${python}`)).toMatchObject({ ok: false })
    expect(parseLock('numpy==1\n')).toMatchObject({ ok: false })
    expect(parseLock('# python ==3.11.4\n# python ==3.12.1\n')).toMatchObject({ ok: false, line: 2 })
    expect(parseLock('# python ==--help\n')).toMatchObject({ ok: false })
  })

  test('whatever a line is, it is read as what it says or not at all', () => {
    const piece = fc.constantFrom(
      'a',
      '==',
      '1',
      ' ',
      '-',
      '@',
      'git+https://h.io/a',
      COMMIT,
      ';',
      '\t',
      '"',
      '.',
    )
    const lines = fc.oneof(
      fc.string(),
      fc.array(piece).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(lines, (line) => {
        const locked = parseLocked(line)
        if (locked !== null) expect(lockedText(locked)).toBe(line)
        expect(line.startsWith('-') && locked !== null).toBe(false)
      }),
    )
  })

  test('versions are those of PEP 440, and long ones are read at once', () => {
    for (const version of ['1', '1!2.0', '2.0a1', '2.0.post1', '1.0-1', '1.dev3', '1.0+local.7'])
      expect(isExactVersion(version), version).toBe(true)
    for (const version of ['', 'v', '1.', '1..2', '1*', '1 ', '1\n', '>=1', '1,2', '1'.repeat(129)])
      expect(isExactVersion(version), version).toBe(false)
    expect(isExactVersion(`${'1.'.repeat(60)}x`)).toBe(false)
  })
})

test('an environment is made by words, and the lock is in none of them', () => {
  const lock = { python: '3.11.4', packages: [{ name: 'numpy', version: '2.0' }] }
  const here = { ...surroundings(), platform: 'linux' as const }
  const kernel = { name: 'a-1', displayName: '--help' }
  const by = (kind: 'uv' | 'pip') =>
    commandsOf(
      {
        ...{ lock, folder: '/p/.venv', kernel, here },
        maker: kind === 'uv' ? { kind, program: '/bin/uv' } : { kind, python: '/bin/python3' },
      },
      '/tmp/r.txt',
    ).map(({ words }) => words.join(' '))
  expect(by('pip')).toEqual([
    '/bin/python3 -I -m venv /p/.venv',
    '/p/.venv/bin/python -I -m pip install --disable-pip-version-check --no-input --progress-bar off --no-deps -r /tmp/r.txt',
    '/p/.venv/bin/python -I -m pip install --disable-pip-version-check --no-input --progress-bar off ipykernel',
    '/p/.venv/bin/python -I -m ipykernel install --user --name=a-1 --display-name=--help',
  ])
  expect(by('uv').slice(0, 2)).toEqual([
    '/bin/uv venv --no-config --python 3.11.4 /p/.venv',
    '/bin/uv pip install --no-config --python /p/.venv/bin/python --no-deps -r /tmp/r.txt',
  ])
  expect(kernelName('d/Mein Test.ipynb', '/a')).toMatch(/^mein-test-[0-9a-f]{6}$/)
  expect(kernelName('语.ipynb', '/a')).toMatch(/^notebook-/)
  expect(kernelName('a.ipynb', '/a')).not.toBe(kernelName('a.ipynb', '/b'))
})
