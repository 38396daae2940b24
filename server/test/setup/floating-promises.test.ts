/** The check of the sources finds unhandled promises, also behind `void`. */
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const home = resolve(import.meta.dirname, '../../..')
const biome = join(home, 'node_modules/@biomejs/biome/bin/biome')

/** What biome says of a module of the server. */
function lint(source: string): string {
  const file = join(home, 'server/src', `floating-${process.pid}.ts`)
  writeFileSync(
    file,
    `async function work(): Promise<void> {}\nexport function start(): void {\n  ${source}\n}\n`,
  )
  try {
    return spawnSync(process.execPath, [biome, 'lint', '--colors=off', file], { cwd: home, encoding: 'utf8' })
      .stderr
  } finally {
    rmSync(file)
  }
}

test('a promise without a handler, and one behind void, are problems', () => {
  const said = lint('work()\n  void work()')
  expect(said).toContain('noFloatingPromises')
  expect(said).toContain('noVoid')
})
