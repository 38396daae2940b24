/** Parts of the same thing: which of them have something in common. */
import { expect, test } from 'vitest'
import { partsOfBoth, partsOverlap } from '../../src/store/parts.ts'

test.each([
  [null, ["['a']"], true],
  [null, [], true],
  [[], ["['a']"], false],
  [["['a']"], ["['a']"], true],
  [["['a']"], ["['ab']"], false],
  [['.a'], ['.ab'], false],
  [['.a'], ['.a.b'], true],
  [["['a']"], ["['a']['b']", "['c']"], true],
  [["['a']['c']"], ["['a']['b']"], false],
  [['*'], ["*['a']"], true],
  [["['a']"], ["['a']*"], true],
  [["['a']"], ["['a'].columns"], true],
  [["['a']"], ['*', '.columns'], false],
  [['con'], ['con table x'], true],
])('%j and %j', (a, b, expected) => {
  expect(partsOverlap(a, b)).toBe(expected)
  expect(partsOverlap(b, a)).toBe(expected)
})

test('all parts of both', () => {
  expect(partsOfBoth(['.a', '.b'], ['.b', '.c'])).toEqual(['.a', '.b', '.c'])
  expect(partsOfBoth(['.a'], null)).toBeNull()
})
