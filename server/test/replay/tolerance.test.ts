/** Each rule alone, and that none hides a result that is another. */
import { expect, test } from 'vitest'
import { rulesBetween, sameBesideNoise, withoutOrder } from '../../src/replay/tolerance.ts'

test.each([
  ['42', '42', []],
  ['<Foo at 0x7f3a12c45d90>', '<Foo at 0x7f3a12c45e10>', ['addresses']],
  ['&lt;scipy....x7fb123481e50&gt;', '&lt;scipy....x7f3f323e4710&gt;', ['addresses']],
  ['id 123e4567-e89b-42d3-a456-426614174000', 'id 9b2e4567-e89b-42d3-a456-426614174fff', ['addresses']],
  ['took 1.52 s', 'took 1.71 s', ['timings']],
  ['Wall time: 5.01 μs', 'Wall time: 4.77 μs', ['timings']],
  ['5.01 µs ± 0 ns per loop', '1.2 ms ± 3 ns per loop', ['timings']],
  ['100%|####| 10/10 [00:01<00:00, 9.81it/s]', '100%|####| 10/10 [00:02<00:00, 4.02it/s]', ['timings']],
  ['at 2026-01-01 10:00:00.123', 'at 2026-01-02 11:00:00.456', ['timings']],
  ["{'a', 'b', 'c'}", "{'c', 'a', 'b'}", ['order']],
  ["{'x': [1, 2], 'y': (3, 4)}", "{'y': (3, 4), 'x': [1, 2]}", ['order']],
  ['loss 0.12345678', 'loss 0.12345679', ['numbers']],
  ['1e-3', '1.0000000001e-3', ['numbers']],
  ["{'b', 'a'} in 3 ms", "{'a', 'b'} in 4 ms", ['order', 'timings']],
  ['loss 0.12345678 in 3 ms', 'loss 0.12345679 in 5 ms', ['timings', 'numbers']],
])('%s and %s are the same by %j', (was, is, rules) => {
  expect(rulesBetween(was, is)?.toSorted()).toEqual(rules.toSorted())
})

test.each([
  ['42', '43'],
  ['0.5', '0.51'],
  ['[1, 2]', '[2, 1]'],
  ["{'a', 'b'}", "{'a', 'c'}"],
  ['mean 3.0', 'mean 3.0 (of 2)'],
  ['ok', 'OK'],
  ['1 2', '1 2 3'],
])('%s and %s are not', (was, is) => {
  expect(rulesBetween(was, is)).toBeNull()
})

test('whole numbers have no noise', () => {
  expect(sameBesideNoise('1000000', '1000001')).toBe(false)
  expect(sameBesideNoise('1000000.0', '1000000.1')).toBe(true)
})

test('what is not balanced stays as it is', () => {
  for (const text of ['{', '}', '{a', 'a}', '{{}']) expect(withoutOrder(text)).toBe(text)
})
