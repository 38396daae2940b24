/** The audit log on a real disk: its links, lines that a crash cut off, and two processes that append. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { AuditAction } from '../../contract/audit.ts'
import { Audit } from '../../src/people/audit.ts'

let folder = ''
const file = () => join(folder, 'audit.jsonl')
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'audit-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const opened = () =>
  new Audit(folder, (error) => {
    throw error
  })
const entry = (action: AuditAction, n: number) => ({
  action,
  by: { id: 'ada', name: 'Ada' },
  address: null,
  about: { n: String(n) },
})
const numbers = (log: Audit) => [...log.lines()].map(({ entry: { about } }) => about.n)
const unsound = (log: Audit) => [...log.lines()].filter(({ isSound }) => !isSound).length

test('a line that was changed or removed shows', () => {
  const log = opened()
  for (let n = 0; n < 4; n++) log.record(entry('role-changed', n))
  expect([numbers(log), unsound(log)]).toEqual([['0', '1', '2', '3'], 0])
  const lines = readFileSync(file(), 'utf8')
  writeFileSync(file(), lines.replace('"n":"1"', '"n":"9"'))
  expect(unsound(opened())).toBe(1)
  writeFileSync(file(), lines.split('\n').toSpliced(1, 1).join('\n'))
  expect(unsound(opened())).toBe(1)
})

test('the command line and the server append in turn, and the links hold', () => {
  const [server, command] = [opened(), opened()]
  for (let n = 0; n < 6; n++) (n % 2 === 0 ? server : command).record(entry('token-made', n))
  expect([numbers(opened()), unsound(opened())]).toEqual([['0', '1', '2', '3', '4', '5'], 0])
})

test('a line that a crash cut off costs no other line', () => {
  opened().record(entry('member-removed', 0))
  appendFileSync(file(), '{"at":"2026-01-01T00:00:00.000Z","action":"mem')
  const log = opened()
  log.record(entry('member-removed', 1))
  log.record(entry('run', 2))
  expect([numbers(log), unsound(log)]).toEqual([['0', '1', '2'], 0])
  expect(log.newest(10).map(({ about }) => about.n)).toEqual(['2', '1', '0'])
})

test('a disk that becomes full in the middle of a line reports it, and the lines after it are sound', async () => {
  const script = `
    const { Audit } = await import(process.argv[1])
    const problems = []
    const log = new Audit(process.argv[2], (error) => problems.push(error.code))
    for (let n = 0; n < 9; n++) log.record({ action: 'token-made', by: null, address: null, about: { n: String(n) } })
    console.log(JSON.stringify(problems))`
  const audit = join(import.meta.dirname, '../../src/people/audit.ts')
  // A limit of 1024 bytes for a file: the write that crosses it is short, and the next one fails.
  const words = ['-c', 'ulimit -f 1; exec "$0" "$@"', process.execPath, '--input-type=module', '-e', script]
  const child = spawn('bash', [...words, audit, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [problems, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  expect([code, new Set(JSON.parse(problems))]).toEqual([0, new Set(['EFBIG'])])
  const log = opened()
  const kept = numbers(log).length
  expect(kept).toBeGreaterThan(0)
  expect(kept + JSON.parse(problems).length).toBe(9)
  log.record(entry('token-made', 9))
  expect([numbers(log).length, unsound(opened())]).toEqual([kept + 1, 0])
})

test('strangers who fail cannot fill the disk; how many were left out is recorded', () => {
  let now = new Date('2026-03-01T10:00:00Z')
  const log = new Audit(
    folder,
    () => undefined,
    () => now,
  )
  const fail = (address: string) =>
    log.record({ action: 'sign-in-failed', by: null, address, about: { why: 'token' } })
  for (let n = 0; n < 1000; n++) fail(`2001:db8::${n.toString(16)}`)
  expect([...log.lines()]).toHaveLength(40)
  for (let n = 0; n < 1000; n++) fail(`198.51.${n >> 8}.${n & 255}`)
  const many = [...log.lines()].length
  expect(many).toBe(400)
  log.record(entry('role-changed', 0))
  now = new Date(now.getTime() + 60_000)
  fail('192.0.2.1')
  expect(log.newest(2).map(({ action, about }) => [action, about.omitted])).toEqual([
    ['sign-in-failed', '640'],
    ['role-changed', undefined],
  ])
})

test('processes that append at the same time take turns, and a lock that one left is removed', async () => {
  writeFileSync(join(folder, 'audit.lock'), '')
  utimesSync(join(folder, 'audit.lock'), 0, 0)
  const script = `
    const { Audit } = await import(process.argv[1])
    const log = new Audit(process.argv[2], (error) => { throw error })
    for (let n = 0; n < 60; n++) log.record({ action: 'run', by: null, address: null, about: { n: String(n) } })`
  const audit = join(import.meta.dirname, '../../src/people/audit.ts')
  const words = ['--input-type=module', '-e', script, audit, folder]
  const ended = [1, 2, 3].map(() => once(spawn(process.execPath, words, { stdio: 'inherit' }), 'exit'))
  expect((await Promise.all(ended)).map(([code]) => code)).toEqual([0, 0, 0])
  expect([numbers(opened()).length, unsound(opened())]).toEqual([180, 0])
})
