import { expect, test } from 'vitest'
import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { inkOn, peopleOf, visitorsIn } from '../src/presence/people.ts'
import { Presence, stretchOf } from '../src/presence/presence.ts'
import { contrast } from './contrast.ts'

const user = (id: string, name = id) => ({ id, name, color: '#0b7285' })

test('states that cannot be read are left out, and this window is not among the others', () => {
  const states = new Map<number, unknown>([
    [1, { user: user('me') }],
    [2, { user: user('ada'), cursors: [{ cell: 'c1', anchor: null, head: null }] }],
    [3, { user: { id: 4 } }],
    [4, null],
    [5, { user: { ...user('eve'), color: 'url(//elsewhere)' }, cursors: 'no list' }],
  ])
  const visitors = visitorsIn(states, 1)
  expect(visitors.map(({ id }) => id)).toEqual(['ada', 'eve'])
  expect(visitors[1]).toMatchObject({ color: '#0b7285', cursors: [] })
})

test('a person with two windows is shown once, where they are', () => {
  const states = new Map<number, unknown>([
    [2, { user: user('ada'), cursors: [] }],
    [3, { user: user('ada'), cursors: [{ cell: 'c2' }] }],
  ])
  expect(peopleOf(visitorsIn(states, 1)).map(({ client }) => client)).toEqual([3])
})

test('a caret stays beside its letter while others type before it', () => {
  const doc = new Y.Doc()
  const text = doc.getText('t')
  text.insert(0, 'total = 1')
  const awareness = new Awareness(doc)
  const presence = new Presence(awareness)
  presence.introduce({ ...user('ada') })
  const cursor = {
    cell: 'c1',
    anchor: Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text, 8)),
    head: Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text, 9)),
  }
  text.insert(0, 'the ')
  expect(stretchOf(cursor, text)).toEqual({ anchor: 12, head: 13 })
  expect(stretchOf({ cell: 'c1', anchor: { type: 'nonsense' }, head: 7 }, text)).toBeNull()
  presence.close()
  awareness.destroy()
})

test('ink on a colour has a contrast of at least 4.5', () => {
  const colours = ['#0b7285', '#a83279', '#f0b45a', '#ffffff', '#000000', '#7fd08f', '#777777']
  for (const colour of colours) expect(contrast(inkOn(colour), colour), colour).toBeGreaterThanOrEqual(4.5)
})
