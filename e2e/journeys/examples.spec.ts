/** The example notebooks open, run to their end and are recorded, in the browser and from the command line. */
import { cp, readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, test } from '@playwright/test'
import { seconds } from '../../server/setup/patience.js'
import { open, signedIn } from '../support/person.ts'
import { discard, newFolder, runCommand, startProgram } from '../support/program.ts'

const examples = resolve(import.meta.dirname, '../../docs/examples')
const names = (await readdir(examples)).filter((name) => name.endsWith('.ipynb'))

for (const name of names) {
  test(`${name} runs from the command line and every cell has a receipt`, async () => {
    const folder = await newFolder()
    await cp(join(examples, name), join(folder, name))
    const { code, stdout, stderr } = await runCommand(['run', join(folder, name), '--json'])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const runs = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { run: string; outcome: string })
    expect(runs.every(({ outcome }) => outcome === 'ok')).toBe(true)
    const shown = await runCommand(['show', runs.at(-1)?.run ?? '', '--json', '--root', folder])
    expect(JSON.parse(shown.stdout)).toMatchObject({ outcome: 'ok' })
    const sliced = await runCommand(['slice', runs.at(-1)?.run ?? '', '--json', '--root', folder])
    expect((JSON.parse(sliced.stdout) as { runs: unknown[] }).runs.length).toBeGreaterThan(1)
    await discard(folder)
  })

  test(`${name} runs in the browser`, async ({ browser }) => {
    const folder = await newFolder()
    await cp(join(examples, name), join(folder, name))
    const program = await startProgram(folder)
    const page = await open(await signedIn(browser, program), program, name)
    await page.getByRole('button', { name: 'Run all', exact: true }).click()
    await expect(page.getByText('Busy')).toBeVisible()
    await expect(page.getByText('Idle')).toBeVisible({ timeout: seconds(90) })
    await expect(page.getByRole('article', { name: /failed/ })).toHaveCount(0)
    await program.stop()
    await discard(folder)
  })
}
