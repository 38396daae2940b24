/** Which grant wins, what moves with a folder, what an invitation passes on, and what is on the disk. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Grants, invited } from '../../src/people/grants.ts'

let folder = ''
let grants: Grants
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yesterday-grants-'))
  grants = new Grants(folder)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const roleAt = (path: string, document: string | null = null) =>
  grants.at('eve', 'editor', { path, document }).role
const inFolder = (path: string) => ({ kind: 'folder' as const, path })

describe('the nearest grant wins', () => {
  beforeEach(() => {
    grants.put('eve', inFolder('a'), 'none', 'Ada')
    grants.put('eve', inFolder('a/b'), 'runner', 'Ada')
    grants.put('eve', { kind: 'notebook', document: 'n1' }, 'viewer', 'Ada')
  })
  test.each([
    ['x.ipynb', null, 'editor'],
    ['a', null, 'none'],
    ['a/x.csv', null, 'none'],
    ['ab/x.csv', null, 'editor'],
    ['a/b', null, 'runner'],
    ['a/b/c/x.csv', null, 'runner'],
    ['a/b/n.ipynb', 'n1', 'viewer'],
    ['n.ipynb', 'n1', 'viewer'],
  ])('%s (%s): %s', (path, document, role) => {
    expect(roleAt(path, document)).toBe(role)
  })
  test('an owner is one everywhere, and others are not touched', () => {
    expect(grants.at('eve', 'owner', { path: 'a/x', document: 'n1' }).role).toBe('owner')
    expect(grants.at('bob', 'viewer', { path: 'a/x', document: 'n1' }).role).toBe('viewer')
  })
})

test('a grant of the root hides everything but what another grant shows', () => {
  grants.put('eve', inFolder(''), 'none', 'Ada')
  grants.put('eve', inFolder('open'), 'commenter', 'Ada')
  expect([roleAt('x'), roleAt('open/x'), roleAt('')]).toEqual(['none', 'commenter', 'none'])
})

test('a folder takes its grants and those in it along', () => {
  grants.put('eve', inFolder('a'), 'none', 'Ada')
  grants.put('eve', inFolder('a/b'), 'viewer', 'Ada')
  grants.put('eve', inFolder('ab'), 'runner', 'Ada')
  grants.moving('a', 'c/d')
  expect([roleAt('a/x'), roleAt('c/d/x')]).toEqual(['none', 'none'])
  grants.moved('a', 'c/d')
  expect([roleAt('a/x'), roleAt('c/d/x'), roleAt('c/d/b/x'), roleAt('ab/x')]).toEqual([
    'editor',
    'none',
    'viewer',
    'runner',
  ])
})

test('one grant for each person and place; removed and forgotten grants are gone', () => {
  grants.put('eve', inFolder('a'), 'none', 'Ada')
  grants.put('eve', inFolder('a'), 'viewer', 'Ada')
  expect(grants.all).toHaveLength(1)
  expect(grants.remove('eve', inFolder('b'))).toBe(false)
  expect(grants.remove('eve', inFolder('a'))).toBe(true)
  grants.put('eve', inFolder('b'), 'none', 'Ada')
  grants.forget('eve')
  expect(grants.all).toEqual([])
})

test('each who accepts an invitation gets its grants', () => {
  grants.put(invited('i1'), inFolder('a'), 'viewer', 'Ada')
  for (const person of ['eve', 'bob']) grants.accept('i1', person)
  grants.forget(invited('i1'))
  expect(grants.all.map(({ person }) => person)).toEqual(['eve', 'bob'])
})

test('they are on the disk at once, and a damaged file is not ignored', () => {
  grants.put('eve', inFolder('a'), 'none', 'Ada')
  expect(new Grants(folder).all).toEqual(grants.all)
  writeFileSync(join(folder, 'grants.json'), '{')
  expect(() => new Grants(folder)).toThrow('says who may see what')
})
