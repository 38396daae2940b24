/** `npm run dev`: one address, a page that follows its sources, and a server that starts again while kernels go on. */
import { readFile, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { seconds } from '../../server/setup/patience.js'
import { home, startDev } from '../support/dev.ts'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, outputs } from '../support/person.ts'
import { discard, newFolder } from '../support/program.ts'

/** Saves a source as it is. */
async function save(file: string): Promise<void> {
  await readFile(join(home, file))
  await utimes(join(home, file), new Date(), new Date())
}

test('the page follows its sources, and a kernel outlives a restart of the server', async ({ page }) => {
  const folder = await newFolder()
  await writeNotebook(folder, 'a.ipynb', ['kept = 6 * 7', 'print(kept)'])
  const dev = startDev(folder)
  try {
    await expect.poll(dev.printed, { timeout: seconds(60) }).toContain('?token=')
    const url = /http:\/\/\S+\?token=\S+/.exec(dev.printed())?.[0] ?? ''
    await page.goto(url)
    await page.goto(`${new URL(url).origin}/notebooks/a.ipynb`)
    await cell(page, 1).getByRole('button', { name: 'Run this cell' }).click()
    await expect(cell(page, 1)).toContainText('Done')

    const replaced = page.waitForEvent('console', (message) => message.text().includes('hot updated'))
    await save('client/src/notebook/Toolbar.tsx')
    await replaced

    await save('server/src/project.ts')
    await expect.poll(() => dev.printed().split('?token=').length).toBeGreaterThan(2)
    // What is asked while the page connects again is refused.
    await expect(async () => {
      await cell(page, 2).getByRole('button', { name: 'Run this cell' }).click()
      await expect(outputs(page, 2)).toContainText('42', { timeout: seconds(2) })
    }).toPass({ timeout: seconds(30) })
  } finally {
    await dev.stop()
    await discard(folder)
  }
})
