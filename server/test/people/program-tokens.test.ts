/** Tokens of programs: scope, expiry, last use, and what the command line says of them and of the audit log. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { ProgramTokens } from '../../src/people/program-tokens.ts'
import { newFolder, yesterday } from '../cli/program.ts'

const folder = mkdtempSync(join(tmpdir(), 'yesterday-tokens-'))
afterAll(() => {
  vi.useRealTimers()
  rmSync(folder, { recursive: true, maxRetries: 5 })
})

test('a token may run code unless another scope is asked for, and opens nothing after its expiry', () => {
  const tokens = new ProgramTokens(folder)
  const lab = tokens.issue('lab')
  expect(tokens.holderOf(lab.token)).toMatchObject({ role: 'runner' })
  const read = tokens.issue('read', {
    role: 'viewer',
    expires: new Date(Date.now() + 3_600_000).toISOString(),
  })
  expect(tokens.holderOf(read.token)).toMatchObject({ role: 'viewer' })
  expect(new ProgramTokens(folder).issue('lab')).toMatchObject({ token: lab.token, isNew: false })
  expect(Object.keys(tokens.used).toSorted()).toEqual(['lab', 'read'])
  vi.useFakeTimers({ now: Date.now() + 3_600_001, toFake: ['Date'] })
  expect(tokens.holderOf(read.token)).toBeNull()
  expect(tokens.holderOf(lab.token)).not.toBeNull()
  expect(tokens.issue('read')).not.toMatchObject({ token: read.token })
  vi.useRealTimers()
})

test('a token that another process issues opens at once, and its end is noticed with the next unknown one', () => {
  const server = new ProgramTokens(folder)
  const [revoked, other]: [string[], ProgramTokens] = [[], new ProgramTokens(folder)]
  server.watch((person) => revoked.push(person))
  const { token } = other.issue('fresh')
  expect(server.holderOf(token)).toMatchObject({ role: 'runner' })
  other.revoke('fresh')
  expect(server.holderOf('unknown')).toBeNull()
  expect(server.holderOf(token)).toBeNull()
  expect(revoked).toEqual(['program-fresh'])
  server.close()
})

test('a token from before there were scopes may do everything until it gets one', () => {
  const old = { name: 'old', token: 'x'.repeat(43), created: '2026-01-01T00:00:00.000Z' }
  writeFileSync(join(folder, 'tokens.json'), JSON.stringify({ version: 1, tokens: [old] }))
  const tokens = new ProgramTokens(folder)
  expect(tokens.holderOf(old.token)).toMatchObject({ role: 'owner' })
  tokens.issue('old', { role: 'viewer' })
  expect(tokens.holderOf(old.token)).toMatchObject({ role: 'viewer' })
})

test('the command line makes, lists and revokes tokens; the audit log has their names and not the tokens', async () => {
  const root = await newFolder()
  const made = await yesterday(root, 'token', 'lab', '--scope', 'edit', '--expires', '30', '--json')
  const { token } = z.object({ token: z.string() }).parse(JSON.parse(made.out))
  const bad = await yesterday(root, 'token', 'lab', '--scope', 'all', '--json')
  expect([bad.code, bad.out]).toEqual([2, expect.stringContaining('badOption')])
  const listed = await yesterday(root, 'token', '--list')
  expect(listed.out).toMatch(/^lab +edit +made .* expires .* never used$/m)
  await yesterday(root, 'token', 'lab', '--revoke')
  const audit = await yesterday(root, 'audit')
  expect(audit.out).toMatch(/token-revoked.*token=lab\n.*token-made.*token=lab scope=edit/)
  expect(audit.out).not.toContain(token)
  const verified = (await yesterday(root, 'audit', '--verify')).out
  expect(verified).toMatch(
    /^2 entries; none was changed or removed before the last, whose link is [\w-]{43}\.\n$/,
  )
  const link = /[\w-]{43}/.exec(verified)?.[0] ?? ''
  await yesterday(root, 'token', 'other')
  // As one word: a link may begin with a hyphen.
  expect((await yesterday(root, 'audit', '--verify', `--link=${link}`)).code).toBe(0)
  const cut = await yesterday(root, 'audit', '--verify', '--link=AAAA', '--json')
  expect([cut.code, cut.out]).toEqual([1, expect.stringContaining('No line of the log has the link AAAA')])
})
