/** `yesterday members` on a project with people and grants. It changes neither file. */
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Grants } from '../../src/people/grants.ts'
import { People } from '../../src/people/people.ts'
import { openStore } from '../../src/store/open-store.ts'
import { openProjectState } from '../../src/user/user-folder.ts'
import { newFolder, yesterday } from './program.ts'

let root = ''
let state = ''
beforeAll(async () => {
  root = await newFolder()
  await mkdir(join(root, 'lab'))
  await (await openStore({ root })).close()
  state = openProjectState(root)
  const people = new People(state)
  people.admit('Ada', 'owner')
  const eve = people.admit('Eve\u202e', 'viewer').person.id
  const grants = new Grants(state)
  grants.put(eve, { kind: 'folder', path: '' }, 'none', 'Ada')
  grants.put(eve, { kind: 'folder', path: 'lab' }, 'runner', 'Ada')
  grants.put(eve, { kind: 'notebook', document: 'gone' }, 'commenter', 'Ada')
})
afterAll(() => rm(root, { recursive: true, force: true, maxRetries: 5 }))

test('it lists people and their roles at places', async () => {
  const before = await readFile(join(state, 'people.json'), 'utf8')
  const { out, code } = await yesterday(root, 'members')
  expect(code).toBe(0)
  const lines = out.trimEnd().split('\n')
  expect(lines.map((line) => line.trim().split(/\s+/))).toEqual([
    ['Ada', 'owner'],
    ['Eve\\u{202e}', 'viewer'],
    ['everything', 'none'],
    ['lab', 'runner'],
    ['gone', 'commenter'],
  ])
  expect(await readFile(join(state, 'people.json'), 'utf8')).toBe(before)
})

test('--json has one object for each person', async () => {
  const { out } = await yesterday(root, 'members', '--json')
  const [, eve] = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(eve).toMatchObject({
    role: 'viewer',
    isGuest: true,
    places: [{ role: 'none' }, { place: 'lab' }, {}],
  })
})
