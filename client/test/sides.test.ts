/** Tabs, and what the two sides of the page send each other. */
import { expect, test } from 'vitest'
import { fitShare, saidIn } from '../src/navigation/side.ts'
import { afterClose, afterMove, afterRename, type Tabs, urlsIn } from '../src/navigation/tabs.ts'

const url = (name: string): string => `/notebooks/${name}`
const of = (...open: readonly string[]): Tabs => ({ open: open.map(url), closed: [] })

test('a place that is gone to has one tab, behind the one it was gone from', () => {
  const tabs = afterMove(of('a.ipynb', 'c.ipynb'), { from: url('a.ipynb'), to: url('b.py'), replaced: false })
  expect(tabs).toEqual(of('a.ipynb', 'b.py', 'c.ipynb'))
  expect(afterMove(tabs, { from: url('b.py'), to: url('a.ipynb'), replaced: false })).toEqual(tabs)
  expect(afterMove(tabs, { from: url('b.py'), to: '/', replaced: false })).toEqual(tabs)
})

test('an address that replaces another has its tab', () => {
  const tabs = of('a.ipynb', 'b.ipynb')
  const to = url('new.ipynb')
  expect(afterMove(tabs, { from: url('a.ipynb'), to, replaced: true })).toEqual(of('new.ipynb', 'b.ipynb'))
  expect(afterMove(tabs, { from: url('b.ipynb'), to: '/', replaced: true })).toEqual(of('a.ipynb'))
})

test('what was closed is kept, the last first, until it is opened again', () => {
  const tabs = afterClose(afterClose(of('a.ipynb', 'b.ipynb'), url('a.ipynb')), url('b.ipynb'))
  expect(tabs).toEqual({ open: [], closed: [url('b.ipynb'), url('a.ipynb')] })
  const again = afterMove(tabs, { from: '/', to: url('a.ipynb'), replaced: false })
  expect(again).toEqual({ open: [url('a.ipynb')], closed: [url('b.ipynb')] })
})

test('tabs follow files that are renamed, and folders; those of deleted ones go', () => {
  const tabs = of('data/a.ipynb', 'data%20x.csv', 'b.ipynb')
  expect(afterRename(tabs, 'data', 'old data')).toEqual(of('old%20data/a.ipynb', 'data%20x.csv', 'b.ipynb'))
  expect(afterRename(tabs, 'data', null)).toEqual(of('data%20x.csv', 'b.ipynb'))
})

test('what is remembered counts only if it is a list of our places', () => {
  expect(urlsIn(JSON.stringify([url('a.ipynb'), url('a.ipynb'), '/', 7, 'https://evil.example/']))).toEqual([
    url('a.ipynb'),
  ])
  for (const text of [null, '', '{', '{"a":1}', 'null']) expect(urlsIn(text)).toEqual([])
})

test('a message between the sides is one of ours, with an address of this app', () => {
  expect(saidIn({ says: 'at', url: url('a.ipynb') })).toEqual({ says: 'at', url: url('a.ipynb') })
  expect(saidIn({ says: 'focus', url: 'javascript:1' })).toEqual({ says: 'focus' })
  for (const bad of [
    null,
    'focus',
    { says: 'run' },
    { says: 'go' },
    { says: 'go', url: 'https://evil.example/' },
    { says: 'go', url: '//evil.example/' },
    { says: 'go', url: 'javascript:alert(1)' },
  ])
    expect(saidIn(bad)).toBeNull()
})

test('each side keeps a fifth of the width', () => {
  expect([fitShare(-5), fitShare(120), fitShare(33.33), fitShare(Number.NaN)]).toEqual([20, 80, 33.3, 50])
})
