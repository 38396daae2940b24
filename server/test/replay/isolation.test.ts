/** The choice among members, the profile for macOS, and how much may be written. */
import { expect, test } from 'vitest'
import { writeLimits } from '../../src/replay/isolation/limits.ts'
import { chooseIsolation, members } from '../../src/replay/isolation/members.ts'
import { sandboxProfile } from '../../src/replay/isolation/sandbox-profile.ts'
import { isRefused } from '../../src/replay/targets.ts'

const choose = (forced: string | null, network = false) =>
  chooseIsolation({ python: process.execPath, forced, network })

test('a member that does not work here is passed over, and says why', async () => {
  // Node is no Python, so that no launcher starts.
  const chosen = await choose(null)
  if (isRefused(chosen)) throw new Error(chosen.refused.message)
  expect(chosen.facts).toMatchObject({ name: 'none', writes: 'open', programs: 'open', network: 'open' })
  for (const { name } of members.slice(0, -1)) expect(chosen.facts.why).toContain(`${name}: `)
})

test('one that is forced is used or refused, and never replaced', async () => {
  expect(await choose('none')).toMatchObject({ facts: { name: 'none', why: null } })
  expect(await choose('namespaces')).toMatchObject({ refused: { code: 'no-isolation' } })
  expect(await choose('walls')).toMatchObject({ refused: { code: 'unknown-isolation' } })
})

test('the last member works everywhere', () => {
  expect(members.at(-1)?.name).toBe('none')
  expect(new Set(members.map(({ name }) => name)).size).toBe(members.length)
})

test('a profile denies first and allows by folder, and a path cannot leave its string', () => {
  const options = { writable: ['/p/"a"\\b'], hidden: ['/p/.yesterday'], network: false }
  const profile = sandboxProfile(options)
  const lines = profile.split('\n')
  expect(lines.slice(0, 3)).toEqual(['(version 1)', '(allow default)', '(deny file-write*)'])
  expect(profile).toContain('(allow file-write* (subpath "/p/\\"a\\"\\\\b")')
  expect(lines.indexOf('(deny file-read* (subpath "/p/.yesterday"))')).toBeLessThan(
    lines.findIndex((line) => line.startsWith('(allow file-read*')),
  )
  expect(profile).toContain('(deny network*)')
  expect(sandboxProfile({ ...options, network: true })).not.toContain('(deny network*)')
  for (const line of lines) expect(line.match(/\(/g)?.length).toBe(line.match(/\)/g)?.length)
})

test('what a replay may write is bounded, by a quarter of the memory where it is kept there', () => {
  const gib = 1024 ** 3
  expect(writeLimits({}, 16 * gib)).toEqual({ memory: 4 * gib, disk: 64 * gib })
  expect(writeLimits({ YESTERDAY_REPLAY_MIB: '512' }, 16 * gib)).toEqual({ memory: gib / 2, disk: gib / 2 })
  expect(writeLimits({ YESTERDAY_REPLAY_MIB: 'much' }, 16 * gib).disk).toBe(64 * gib)
})
