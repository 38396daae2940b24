/** Which files Python opens in a copy of the project, by the code that a replay gives to its kernel. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { redirectCode } from '../../src/replay/kernel-code.ts'
import { python, whySkipped } from '../session/house.ts'

const base = realpathSync(mkdtempSync(join(tmpdir(), 'yesterday-redirect-')))
afterAll(() => rmSync(base, { recursive: true, force: true, maxRetries: 5 }))

const root = join(base, 'project')
const copy = join(root, '.yesterday', 'scratch', 'one', 'copy')
const pinned = join(root, '.yesterday', 'scratch', 'one', 'elsewhere', 'pinned.txt')
const files = {
  [join(base, 'data', 'in.txt')]: 'outside',
  [join(base, 'data', 'pinned.txt')]: 'today',
  [join(root, 'deep', 'in.txt')]: 'present',
  [join(copy, 'deep', 'in.txt')]: 'past',
  [join(copy, 'top.txt')]: 'top of the copy',
  [pinned]: 'as it was',
}
for (const [path, text] of Object.entries(files)) {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
}

const given = { root, copy, files: { [join(base, 'data', 'pinned.txt')]: pinned } }

/** What the expression is in a kernel whose notebook is in the folder `deep`. */
const evaluated = (expression: string): unknown => {
  const code = `import json, os, pathlib\ngiven = json.loads(${JSON.stringify(JSON.stringify(given))})\n${redirectCode}\nprint(json.dumps(${expression}))`
  return JSON.parse(execFileSync(python ?? '', ['-c', code], { cwd: join(copy, 'deep'), encoding: 'utf8' }))
}

describe.skipIf(python === null)(`paths in a copy${whySkipped}`, () => {
  test.each([
    ["open('in.txt').read()", 'past'],
    ["open('../top.txt').read()", 'top of the copy'],
    ["open('../../data/in.txt').read()", 'outside'],
    ["pathlib.Path('../../data/in.txt').read_text()", 'outside'],
    ["open('../../data/pinned.txt').read()", 'as it was'],
    ["open('../../project/deep/in.txt').read()", 'past'],
    [`open(${JSON.stringify(join(root, 'deep', 'in.txt'))}).read()`, 'past'],
    ["os.path.exists('../../data/in.txt')", true],
    ["os.path.exists('../../data/missing.txt')", false],
    ["os.listdir('../../data')", expect.arrayContaining(['in.txt', 'pinned.txt'])],
  ])('%s', (expression, answer) => {
    expect(evaluated(expression)).toEqual(answer)
  })
})
