/** Which folder is the project. */
import { mkdir, rm, symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { projectPath, projectRoot } from '../../src/cli/project-root.ts'
import { newFolder } from './program.ts'

const at = (...parts: readonly string[]) => resolve('/', ...parts)
const notebook = at('a', 'b', 'c', 'n.ipynb')
const where =
  (...folders: readonly string[]) =>
  (folder: string) =>
    folders.includes(folder)

test('the one named comes first', () => {
  expect(projectRoot({ root: at('x'), notebook }, where(at('a')))).toBe(at('x'))
})

test("then the nearest with a history, from the notebook's own folder upwards", () => {
  expect(projectRoot({ notebook }, where(at('a'), at('a', 'b', 'c')))).toBe(at('a', 'b', 'c'))
  expect(projectRoot({ notebook }, where(at('a'), at('a', 'b')))).toBe(at('a', 'b'))
  expect(projectRoot({ notebook }, where(at('a')))).toBe(at('a'))
})

test("then the notebook's own, and without a notebook the working directory", () => {
  expect(projectRoot({ notebook }, where())).toBe(at('a', 'b', 'c'))
  expect(projectRoot({}, where())).toBe(process.cwd())
})

test('a file is named from the project', () => {
  expect(projectPath(at('a'), notebook)).toBe('b/c/n.ipynb')
  expect(projectPath(process.cwd(), join('x', 'n.ipynb'))).toBe('x/n.ipynb')
})

test.skipIf(process.platform === 'win32')(
  'a notebook reached through a link has the name that it has in the project',
  async () => {
    const folder = await newFolder()
    await mkdir(join(folder, 'project', 'deep'), { recursive: true })
    await symlink(join(folder, 'project'), join(folder, 'link'))
    expect(projectPath(join(folder, 'project'), join(folder, 'link', 'deep', 'n.ipynb'))).toBe('deep/n.ipynb')
    await rm(folder, { recursive: true, maxRetries: 5 })
  },
)
