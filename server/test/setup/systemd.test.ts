/** docs/deploy/yesterday.service is a unit that systemd takes, and starts the server with options that exist. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { expect, test } from 'vitest'
import { registerServe } from '../../src/cli/serve.ts'

const text = readFileSync(resolve(import.meta.dirname, '../../../docs/deploy/yesterday.service'), 'utf8')
/** Keys with their section, as `Service.Restart`. */
const keys = new Map<string, string>()
let section = ''
const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
for (const line of lines) {
  const [, title, key, value] = /^(?:\[(\w+)\]|(\w+)=(.+))$/.exec(line) ?? []
  if (title !== undefined) section = title
  else keys.set(`${section}.${key}`, value ?? '')
}

test('each line is a section, or a key that systemd has there', () => {
  const known = [
    ...['Unit.Description', 'Unit.After', 'Install.WantedBy'],
    ...['WorkingDirectory', 'ExecStart', 'Restart', 'KillMode', 'TimeoutStopSec'].map(
      (key) => `Service.${key}`,
    ),
  ]
  expect([...keys.keys()].toSorted()).toEqual(known.toSorted())
  expect(keys.size).toBe(lines.length - 3)
})

test('the command exists with these options, and leaves restarts and kernels to systemd', () => {
  const [env, program, name, ...words] = keys.get('Service.ExecStart')?.split(' ') ?? []
  expect([env, program]).toEqual(['/usr/bin/env', 'yesterday'])
  const root = new Command()
  registerServe(root)
  const command = root.commands.find((one) => one.name() === name)
  expect(command?.parseOptions(words)).toMatchObject({ operands: [], unknown: [] })
  expect(command?.opts()).toMatchObject({ open: false, restart: false, port: 8888 })
  expect([keys.get('Service.Restart'), keys.get('Service.KillMode')]).toEqual(['on-failure', 'process'])
})

const hasAnalyzer = spawnSync('systemd-analyze', ['--version']).status === 0

test.skipIf(!hasAnalyzer)('systemd-analyze finds nothing wrong with it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'unit-'))
  const file = join(folder, 'yesterday.service')
  // The folder that it names is the reader's to choose.
  writeFileSync(file, text.replace('%h/project', folder))
  const { stderr, status } = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' })
  rmSync(folder, { recursive: true })
  expect([stderr.split('\n').filter((line) => line.includes('yesterday.service')), status]).toEqual([[], 0])
})
