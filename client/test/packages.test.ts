/** Which package has a missing module, and the exact command that installs it. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formerVersions } from '../src/notebook/packages/SinceGood.tsx'
import { missingDistribution, packageCommand, requirementsOf } from '../src/outputs/distributions.ts'

test.each([
  ["No module named 'sklearn'", { name: 'scikit-learn', isKnown: true }],
  ["No module named 'sklearn.linear_model'", { name: 'scikit-learn', isKnown: true }],
  ["No module named 'my_tool'", { name: 'my-tool', isKnown: false }],
  ["No module named 'constructor'", { name: 'constructor', isKnown: false }],
  ["No module named 'a.b'; 'a' is not a package", null],
  ["No module named 'x; rm'", null],
])('%s', (evalue, found) => {
  expect(missingDistribution('ModuleNotFoundError', evalue)).toEqual(found)
  expect(missingDistribution('ImportError', evalue)).toBeNull()
})

test('requirements are names with versions; options, addresses and a shell’s signs are none', () => {
  expect(requirementsOf(' scikit-learn  pandas>=2,<3 uvicorn[standard]==0.30.* ')).toEqual([
    'scikit-learn',
    'pandas>=2,<3',
    'uvicorn[standard]==0.30.*',
  ])
  for (const text of [
    '',
    '--index-url=http://x',
    'a;b',
    'a|b',
    '$(a)',
    '`a`',
    'git+https://x/y',
    './a',
    'a"b',
    'a\nb;c',
  ])
    expect(requirementsOf(text), text).toBeNull()
})

test('no text gets out of the command', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const found = requirementsOf(text)
      if (found !== null) expect(packageCommand('uv', 'install', found)).not.toMatch(/[;|&$`\\]|\n.*\n/)
    }),
  )
})

test.each([
  ['pip', 'install', '%pip install pandas'],
  ['pip', 'upgrade', '%pip install --upgrade pandas'],
  ['pip', 'remove', '%pip uninstall -y pandas'],
  ['uv', 'install', 'import sys\n!uv pip install --python "{sys.executable}" pandas'],
  ['uv', 'remove', 'import sys\n!uv pip uninstall --python "{sys.executable}" pandas'],
] as const)('%s, %s', (installer, verb, command) => {
  expect(packageCommand(installer, verb, ['pandas'])).toBe(command)
})

test('signs that a shell reads are quoted', () => {
  expect(packageCommand('pip', 'install', ['pandas>=2', 'numpy'])).toBe('%pip install "pandas>=2" numpy')
})

test('former versions are requirements; what a record names otherwise is left out', () => {
  const was = (name: string, version: string | null, what: 'package' | 'python' = 'package') => ({
    what,
    name,
    was: version,
    is: null,
  })
  expect(
    formerVersions([was('torch', '2.4.0+cu121'), was('a', '1'), was('python', '3.11.4', 'python')]),
  ).toEqual(['torch==2.4.0+cu121', 'a==1'])
  expect(
    formerVersions([was('x', null), was('x; rm -rf /', '1'), was('x', '1 --index-url=http://y')]),
  ).toEqual([])
})
