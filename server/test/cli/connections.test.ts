/** `connections` needs no project. */
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newFolder, start } from './program.ts'

let home = ''
beforeAll(async () => {
  home = await newFolder()
})
afterAll(() => rm(home, { recursive: true, maxRetries: 5 }))

test('connections are added, listed without their passwords, and removed', async () => {
  const ask = (...words: readonly string[]) =>
    start({ cwd: home, env: { YESTERDAY_HOME: home } }, ['connections', ...words])
  const added = await ask('add', 'shop', 'postgresql://ann:sekret-word@db/shop')
  expect([added.code, added.out]).toEqual([0, expect.stringContaining('postgresql://ann:•••@db/shop')])
  const listed = await ask('--json')
  expect(JSON.parse(listed.out)).toEqual({
    connections: [{ name: 'shop', url: 'postgresql://ann:•••@db/shop' }],
  })
  const wrong = await ask('add', 'shop', 'nonsense')
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('dialect://')])
  expect((await ask('remove', 'shop')).code).toBe(0)
  expect((await ask('remove', 'shop')).code).toBe(2)
})
