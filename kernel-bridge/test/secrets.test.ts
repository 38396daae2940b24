/** The cases that this masker shares with the agent's (`agent/tests/test_secrets.py`), and the tables of both. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { formats } from '../src/secrets/formats.ts'
import { KnownSecrets } from '../src/secrets/known.ts'
import { Masker } from '../src/secrets/masker.ts'
import * as names from '../src/secrets/names.ts'
import { STOP } from '../src/secrets/shapes.ts'
import { StreamMask } from '../src/secrets/stream.ts'

const agent = fileURLToPath(new URL('../agent/', import.meta.url))
const Pairs = z.array(z.tuple([z.string(), z.string()]))
const Names = z.record(z.string(), z.array(z.string()))
const vectors = z
  .object({
    key: z.string(),
    known: z.array(z.string()),
    texts: Pairs,
    codes: Pairs,
    clean: z.array(z.string()),
    names: Names,
    variables: Names,
    files: Names,
    streams: z.array(
      z.object({ pieces: z.array(z.string()), given: z.array(z.string()), rest: z.string().default('') }),
    ),
    fingerprints: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(readFileSync(`${agent}tests/secrets.json`, 'utf8').replaceAll('\\u2040', '')))

function newMasker(): Masker {
  const known = new KnownSecrets()
  known.learn(vectors.known)
  return new Masker(known, Buffer.from(vectors.key, 'hex'))
}

const masker = newMasker()
const spelled = (text: string): string =>
  text.replace(/\u27e6([^\u27e7]*)\u27e7/g, (_, value: string) => masker.placeholder(value))

describe('the shared cases', () => {
  test.each(vectors.texts)('text %j', (text, masked) => {
    expect(masker.mask(text)).toBe(spelled(masked))
    expect(masker.mask(spelled(masked))).toBe(spelled(masked))
  })
  test.each(vectors.codes)('code %j', (code, masked) => {
    expect(masker.mask(code, { isCode: true })).toBe(spelled(masked))
  })
  test.each(vectors.clean)('clean %j', (text) => {
    expect([masker.mask(text), masker.mask(text, { isCode: true })]).toEqual([text, text])
  })
  test.each(vectors.streams)('stream $pieces', ({ pieces, given, rest }) => {
    const stream = new StreamMask(masker)
    expect(pieces.map((piece) => stream.feed(piece))).toEqual(given.map(spelled))
    expect(stream.flush()).toBe(spelled(rest))
  })
  test('names, files and fingerprints', () => {
    for (const [kind, all] of Object.entries(vectors.names))
      for (const name of all) expect([name, names.nameClass(name) ?? 'none']).toEqual([name, kind])
    for (const [kind, all] of Object.entries(vectors.variables))
      for (const name of all) expect([name, names.variableClass(name) ?? 'none']).toEqual([name, kind])
    for (const [kind, all] of Object.entries(vectors.files))
      for (const path of all) expect([path, names.isSecretFile(path)]).toEqual([path, kind === 'secret'])
    for (const [value, digits] of Object.entries(vectors.fingerprints))
      expect(masker.fingerprint(value)).toBe(digits)
  })
})

test('both maskers have the same tables', () => {
  const code = `
import json, yesterday_agent.secret_formats as f, yesterday_agent.secret_names as n, yesterday_agent.secret_shapes as s
print(json.dumps({"formats": [[one.name, list(one.keys), one.pattern.pattern] for one in f.FORMATS],
  "sets": [sorted(one) for one in (n._ACCOUNTS, n._KEYS, n._TEXTUAL, n._PLAIN_KEYS, s._STOP)]}))`
  const python = process.env.YESTERDAY_TEST_PYTHON ?? 'python3'
  const agentTables: unknown = JSON.parse(
    execFileSync(python, ['-c', code], { cwd: agent, encoding: 'utf8' }),
  )
  const sets = [names.ACCOUNTS, names.KEYS, names.TEXTUAL, names.PLAIN_KEYS, STOP]
  expect(agentTables).toEqual({
    formats: formats.map(({ name, keys, pattern }) => [name, keys, pattern.source.replaceAll('\\/', '/')]),
    sets: sets.map((set) => [...set].sort()),
  })
})

test('a tree is masked by its keys, and stays the same object where it holds no secret', () => {
  const tree = { db: { password: 'hu99er', port: 5432 }, rows: [1, 2.5, null], note: 'hunter2' }
  const masked = masker.maskTree(tree)
  expect(masked).toEqual({
    db: { password: masker.placeholder('hu99er'), port: 5432 },
    rows: [1, 2.5, null],
    note: masker.placeholder('hunter2'),
  })
  expect(masked.rows).toBe(tree.rows)
  expect(masker.maskTree(masked)).toBe(masked)
})

test('known values are found in bytes, in every spelling', () => {
  const secret = 'hunter2-is-long'
  const known = new KnownSecrets()
  known.learn([secret])
  const spelled = [
    Buffer.from(secret),
    Buffer.from(secret, 'utf16le'),
    Buffer.from(Buffer.from(`me:${secret}`).toString('base64')),
    Buffer.from(Buffer.from(secret).toString('hex')),
    Buffer.concat([Buffer.alloc(5 * 2 ** 20), Buffer.from(secret)]),
  ]
  expect(spelled.map((bytes) => known.inBytes(bytes))).toEqual(spelled.map(() => true))
  expect(known.inBytes(Buffer.from(Array.from({ length: 4096 }, (_, index) => index & 255)))).toBe(false)
})

/** Texts that are made to be slow: an attacker's output must not hold up others. */
test.each([
  ['eyJ'.repeat(80_000)],
  ['eyJ-'.repeat(60_000)],
  ['-----BEGIN PRIVATE KEY-----'.repeat(9_000)],
  [`password="${'{'.repeat(250_000)}"`],
  ['password="'.repeat(25_000)],
  ['://'.repeat(80_000)],
  [':'.repeat(200_000)],
  ['curl '.repeat(50_000)],
  ['-'.repeat(250_000)],
  [`${'A'.repeat(250_000)}\n`],
  ['\u001b]'.repeat(120_000)],
  [`${'"'.repeat(100_000)}token`],
])('no text takes more than its length: %.20s', (text) => {
  const steps = (length: number) => {
    const started = process.cpuUsage()
    const stream = new StreamMask(masker)
    stream.feed(text.slice(0, length))
    stream.flush()
    masker.mask(text.slice(0, length), { isCode: true })
    const { user, system } = process.cpuUsage(started)
    return (user + system) / 1000
  }
  steps(text.length / 8)
  // Four times the text may take ten times as long, or be over at once; a square would take sixteen.
  expect(steps(text.length)).toBeLessThan(Math.max(250, 10 * steps(text.length / 4)))
})
