import { expect, test } from 'vitest'
import { openCall, signatureIn } from '../src/editor/call.ts'

const at = (marked: string) => openCall(marked.replace('|', ''), marked.indexOf('|'))

test.each([
  ['f(|', { callee: 1, argument: 0 }],
  ['x = np.zeros(3, |', { callee: 12, argument: 1 }],
  ['f(g(1, 2), [3, 4], |', { callee: 1, argument: 2 }],
  ['f("a, (b", |', { callee: 1, argument: 1 }],
  ['f(1, # not, (these\n  2, |', { callee: 1, argument: 2 }],
  ['f("""(,""", |)', { callee: 1, argument: 1 }],
  ['g(1)|', null],
  ['(1, |', null],
  ['x = [1, |', null],
  ['"f(|"', null],
])('the call that is open in %s', (marked, expected) => {
  expect(at(marked)).toEqual(expected)
})

test('a signature over several lines, with its parameters', () => {
  const text = [
    'Signature:',
    'pd.read_csv(',
    "    path: 'str',",
    '    *,',
    "    sep: 'str' = ',',",
    '    **rest,',
    ')',
    'Docstring:',
    'Reads it.',
    '',
    'Well.',
    'File:      /somewhere',
  ].join('\n')
  const found = signatureIn(text)
  expect(found?.label).toMatch(/^pd\.read_csv\( path/)
  expect(found?.parameters).toEqual(["path: 'str'", "sep: 'str' = ','", '**rest'])
  expect(found?.documentation).toBe('Reads it.\n\nWell.')
  for (const parameter of found?.parameters ?? []) expect(found?.label).toContain(parameter)
})

test('an object without a signature has none', () => {
  expect(signatureIn('Type:        int\nString form: 3')).toBeNull()
})

test('a long line without an end is read in bounded time', () => {
  const source = `f(${'"'.repeat(50_001)}${'('.repeat(50_000)}`
  const start = performance.now()
  openCall(source, source.length)
  signatureIn(`Signature: ${source}`)
  // No pass/fail on speed as such: the quadratic way takes minutes.
  expect(performance.now() - start).toBeLessThan(20_000)
})
