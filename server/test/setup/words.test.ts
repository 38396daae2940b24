/** The check of words: avoided words are found in prose and in names, and their counts only shrink. */
import { expect, test } from 'vitest'
import { shrunk, wordHits, wordProblems } from '../../setup/check-words.ts'

const list = [
  { words: 'told|tell', instead: 'report' },
  { words: 'let go of', instead: 'release' },
  { words: 'stand', instead: 'is' },
]
const hits = (text: string, path = 'client/src/a.ts') => wordHits([[path, text]], list)

test.each([
  'Told when it ends.',
  'const told = 1',
  'function tellPlace() {}',
  'isTold()',
  'was_told = 1',
  'const TOLD_RUN = 1',
  'it is let go of',
  '/** It is let\n   * go of. */',
  '# it is let go\n    # of',
])('an avoided word is found: %j', (text) => {
  expect(hits(text)).toHaveLength(1)
})

test.each([
  'intellect',
  'teller',
  'untold',
  'satellite = 1',
  'let it go',
  'a stand-in of a kernel',
  'it runs standalone',
])('a word that contains an avoided one is fine: %j', (text) => {
  expect(hits(text)).toEqual([])
})

test('a hit names the place, the word and what to write', () => {
  expect(hits('a\nIt is told.')).toEqual([
    { folder: 'client/src', line: '    client/src/a.ts:2 “told”: write report' },
  ])
})

test.each([
  ['client/src/app/a.ts', 'client/src'],
  ['client/vite.config.ts', 'client'],
  ['docs/decisions/a.md', 'docs'],
  ['e2e/journeys/a.ts', 'e2e'],
  ['README.md', '.'],
])('%s counts for %s', (path, folder) => {
  expect(hits('told', path).map((hit) => hit.folder)).toEqual([folder])
})

test('a folder has as many hits as it is allowed: neither more nor fewer', () => {
  const two = hits('told, told')
  expect(wordProblems(two, { 'client/src': 2 })).toEqual([])
  expect(wordProblems(two, { 'client/src': 1 })).toEqual([
    'client/src: 2 avoided words, not 1; replace those that are new:',
    ...two.map(({ line }) => line),
  ])
  expect(wordProblems(two, { 'client/src': 3 })).toEqual([
    'client/src: 2 avoided words, not 3: run node server/setup/check-words.ts --shrink.',
  ])
  expect(wordProblems([], { docs: 1 })).toHaveLength(1)
})

test('shrinking lowers an allowance, removes one that is used up and never raises one', () => {
  const found = [...hits('told'), ...hits('told, told', 'docs/a.md')]
  expect(shrunk(found, { 'client/src': 5, docs: 1, e2e: 4 })).toEqual({ 'client/src': 1, docs: 1 })
})
