/** The threads that check edits: they keep no process alive. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const module = pathToFileURL(join(import.meta.dirname, '../../src/document/check-threads.ts')).href

test('a process that has asked a thread ends when it has nothing else to do', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'yesterday-threads-'))
  const program = join(folder, 'program.mjs')
  await writeFile(
    program,
    `const { CheckThreads } = await import(${JSON.stringify(module)})
    const wait = setInterval(() => undefined, 1000)
    const answer = await new CheckThreads().get().ask({ type: 'start', notebook: 1, pieces: [] })
    clearInterval(wait)
    console.log(answer.type)`,
  )
  expect((await promisify(execFile)(process.execPath, [program])).stdout).toBe('started\n')
  await rm(folder, { recursive: true })
})
