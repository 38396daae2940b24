/** Addresses of what is inside a notebook: each that is made leads to what it was made of. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PastView } from '../src/access/place.ts'
import { cellHash, commentHash, parseTarget, viewHash } from '../src/panels/past/target.ts'

const id = fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }).filter((text) => text.isWellFormed())
const view: fc.Arbitrary<PastView> = fc.oneof(
  fc.record({ at: fc.constant('receipt' as const), run: id }),
  fc.record({ at: fc.constant('receipt' as const), run: id, part: fc.record({ output: fc.nat(99_999) }) }),
  fc.record({ at: fc.constant('receipt' as const), run: id, part: fc.record({ version: id }) }),
  fc.record({ at: fc.constant('checkpoint' as const), checkpoint: id }),
  fc.record({ at: fc.constant('changes' as const), checkpoint: id, other: fc.option(id) }),
  fc.record({ at: fc.constant('compare' as const), left: id, right: id }),
  fc.record({ at: fc.constant('timeline' as const), session: id }),
)

test('a view that has an address is at it', () => {
  fc.assert(
    fc.property(view, (one) => {
      expect(parseTarget(viewHash(one) ?? '')).toEqual({ at: 'past', view: one })
    }),
  )
  expect(viewHash({ at: 'activity' })).toBeNull()
  // Jupyter clients have this address from the server.
  expect(parseTarget('#history=log')).toEqual({ at: 'past', view: { at: 'log' } })
})

test('cells and comments have addresses; a bare hash may be a cell', () => {
  fc.assert(
    fc.property(id, (one) => {
      expect(parseTarget(cellHash(one))).toEqual({ at: 'cell', cell: one, isBare: false })
      expect(parseTarget(commentHash(one))).toEqual({ at: 'comment', thread: one })
    }),
  )
  expect(parseTarget('#a1b2')).toEqual({ at: 'cell', cell: 'a1b2', isBare: true })
})

test.for([
  '',
  '#',
  '#run=',
  '#run=a:b',
  '#compare=a',
  '#compare=a:b:c',
  '#output=a:-1',
  '#output=a:x',
  '#%',
  '#run=%',
  '#history=x',
])('%j leads nowhere', (hash) => {
  expect(parseTarget(hash)).toBeNull()
})
