/** The audit log on a real disk: its links, lines that a crash cut off, and two processes that append. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
  const text = readFileSync(file(), 'utf8')
  writeFileSync(file(), text.replace('"n":"1"', '"n":"9"'))
  expect(unsound(opened())).toBe(1)
  writeFileSync(file(), text.split('\n').toSpliced(1, 1).join('\n'))
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
