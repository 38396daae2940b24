/** A kernel whose process is suspended while it works. */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { ada, type House, makeProject, openHouse, python, whySkipped } from './house.ts'

const cells = {
  work: 'import os, time\nopen("pid", "w").write(str(os.getpid()))\nwhile not os.path.exists("go"): time.sleep(0.1)',
}

describe.skipIf(python === null || process.platform === 'win32')(`a suspended kernel${whySkipped}`, () => {
  let root = ''
  let house: House | null = null
  afterEach(async () => {
    await house?.close()
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  })

  test('is said not to respond, until it goes on', async () => {
    root = await makeProject(cells)
    house = await openHouse(root)
    const { session } = await house.open()
    expect(await session.run(['work'], ada)).toBeNull()
    const pid = await vi.waitFor(async () => Number(await readFile(join(root, 'pid'), 'utf8')))
    process.kill(pid, 'SIGSTOP')
    try {
      await vi.waitFor(
        () => expect(session.view()).toMatchObject({ silent: true, kernel: { state: 'busy' } }),
        {
          interval: 100,
        },
      )
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    await vi.waitFor(() => expect(session.view().silent).toBe(false), { interval: 100 })
    session.kill('the test is over')
    await session.settled()
    expect(session.view().silent).toBe(false)
  })
})
