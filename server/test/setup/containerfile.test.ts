/** docs/deploy/Containerfile names files, scripts and a program that exist. It cannot be built without a container engine. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const home = resolve(import.meta.dirname, '../../..')
const text = readFileSync(join(home, 'docs/deploy/Containerfile'), 'utf8')
/** Instructions with their words; lines that a backslash continues are one. */
const instructions = text
  .replace(/\\\n/g, ' ')
  .split('\n')
  .map((line) => line.trim())
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => /^([A-Z]+)\s+(.*)$/.exec(line))

test('each line is an instruction', () => {
  const known = 'FROM RUN WORKDIR COPY USER VOLUME EXPOSE ENTRYPOINT CMD HEALTHCHECK'.split(' ')
  for (const found of instructions) expect(known).toContain(found?.[1])
})

test('what is copied exists, and what runs is a script of the package', () => {
  const { scripts } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
  for (const [, name, words = ''] of instructions.flatMap((found) => (found ? [found] : []))) {
    if (name === 'COPY')
      for (const path of words.split(/\s+/).slice(0, -1))
        expect(existsSync(join(home, path)), path).toBe(true)
    for (const [, script = ''] of words.matchAll(/npm run (\S+)/g))
      expect(Object.keys(scripts)).toContain(script)
  }
  expect(text).toContain('/opt/yesterday/server/bin/yesterday.js')
})

test('the server does not run as root, and answers a probe that exists', () => {
  const user = instructions.findLast((found) => found?.[1] === 'USER')
  expect(user?.[2]).toBe('notebook')
  expect(text).toContain('/healthz')
})
