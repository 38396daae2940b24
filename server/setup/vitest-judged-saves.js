/**
 * Loaded by Vitest before each test file of the server: nbformat judges every notebook that the program saves, and the
 * test that saved an invalid one fails. What was invalid before it was saved may stay so: what a person did not
 * change keeps its spelling.
 */
import { afterAll, afterEach, expect } from 'vitest'
import { nodeDisk } from '../src/document/disk.ts'
import { problemOf } from './nbformat-judge.js'

// Files of one worker share the disk.
const verdicts = nodeDisk.replace.verdicts ?? []

if (nodeDisk.replace.verdicts === undefined) {
  const { replace, read } = nodeDisk
  const judged = async (path, parts, mode) => {
    if (!path.endsWith('.ipynb')) return replace(path, parts, mode)
    const whole = Buffer.concat([...parts].map((part) => Buffer.from(part)))
    const before = await read(path)
      .then((bytes) => Buffer.from(bytes).toString())
      .catch(() => null)
    const digest = await replace(path, [whole], mode)
    verdicts.push(verdictOn(path, before, whole.toString()))
    return digest
  }
  nodeDisk.replace = Object.assign(judged, { verdicts })
}

/** What is wrong with the file now and was not before; '' where nothing is. */
async function verdictOn(path, before, now) {
  const problem = await problemOf(now)
  if (problem === '') return ''
  const wasRefused = before !== null && (await problemOf(before).catch(() => 'unreadable')) !== ''
  return wasRefused ? '' : `${path}: ${problem}`
}

async function expectValid() {
  const problems = (await Promise.all(verdicts.splice(0))).filter((problem) => problem !== '')
  expect(problems, 'saved notebooks that nbformat refuses').toEqual([])
}

afterEach(expectValid)
afterAll(expectValid)
