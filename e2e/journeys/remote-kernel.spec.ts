/** A person adds a Jupyter server, works in one of its kernels while the network fails, and looks at the history. */
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { jupyterPython, startJupyterServer, TOKEN } from '../support/jupyter-server.ts'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, outputs, signedIn } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

test.skip(jupyterPython === null, 'set YESTERDAY_TEST_JUPYTER to a Python with jupyter_server')

const LINES = 36
const LOOP = `import time
for i in range(${LINES}):
    print("line", i, flush=True)
    time.sleep(0.05)
x = 41`

let folder: string
let home: string
let program: Program
let server: Awaited<ReturnType<typeof startJupyterServer>>

test.beforeEach(async () => {
  folder = await newFolder()
  home = await newFolder()
  await writeNotebook(folder, 'far.ipynb', [LOOP, 'open("there.txt", "w").write("hi")\nx + 1'])
  server = await startJupyterServer()
  program = await startProgram(folder, { env: { YESTERDAY_HOME: join(home, 'user') } })
})

test.afterEach(async () => {
  await program.stop()
  await server.end()
  await discard(folder)
  await discard(home)
})

test('a kernel of a Jupyter server, over a connection that is cut', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'far.ipynb')
  const menu = page.locator('button.kernel-menu, .kernel-menu button').first()

  await test.step('the server is added from the kernel menu, tested and saved', async () => {
    await menu.click()
    await page.getByRole('menuitem', { name: 'Add a Jupyter server…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Jupyter servers' })
    await dialog.getByLabel('Address').fill(`${server.url}lab`)
    await dialog.getByLabel('Token').fill(TOKEN)
    await dialog.getByLabel('Short name').fill('lab')
    await dialog.getByLabel('Title').fill('The lab')
    await dialog.getByRole('button', { name: 'Test' }).click()
    await expect(dialog.getByRole('status')).toContainText('It offers these kernels: Python 3')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect(dialog.getByRole('list')).toContainText('The lab')
    await expect(dialog.getByRole('list')).toContainText(server.url)
    await dialog.getByRole('button', { name: 'Close' }).click()
  })

  await test.step('its kernel is chosen, and runs', async () => {
    await menu.click()
    const group = page.getByRole('group', { name: 'The lab' })
    await group.getByText(/on The lab$/).click()
    await expect(menu).toContainText('on The lab')
    await expect(menu).toContainText('Idle')
  })

  await test.step('no line is lost or doubled when the connection is cut', async () => {
    await cell(page, 1).getByRole('button', { name: 'Run this cell' }).click()
    for (const line of [5, 15, 25]) {
      await expect(outputs(page, 1)).toContainText(`line ${line}`)
      server.cut()
    }
    const all = Array.from({ length: LINES }, (_, i) => `line ${i}`).join('\n')
    const shown = async () => (await outputs(page, 1).innerText()).match(/^line \d+/gm)?.join('\n')
    await expect.poll(shown).toBe(all)
  })

  await test.step('what follows uses its variables; the history has both runs, and names files of the lab', async () => {
    await cell(page, 2).getByRole('button', { name: 'Run this cell' }).click()
    await expect(outputs(page, 2)).toContainText('42')
    await outputs(page, 2).getByRole('button', { name: 'Why?' }).click()
    const panel = page.getByRole('region', { name: 'History' })
    await expect(panel.locator('.receipt-lead')).toContainText('x (run 1)')
    await expect(panel).toContainText('there.txt on The lab')
  })

  await test.step('the session goes on on this machine, with its variables, and back again', async () => {
    const dialog = page.getByRole('dialog', { name: 'Continue on another kernel' })
    const move = async (place: string): Promise<void> => {
      await menu.click()
      await page.getByRole('menuitem', { name: 'Continue on…' }).click()
      const option = dialog.locator(`optgroup[label="${place}"] option`).first()
      await dialog
        .getByLabel('Kernel', { exact: true })
        .selectOption((await option.getAttribute('value')) ?? '')
      await dialog.getByRole('button', { name: 'Show what moves' }).click()
      await dialog.getByRole('button', { name: 'Continue there' }).click()
      await expect(dialog.getByRole('status')).toContainText('variables are there')
      await dialog.getByRole('button', { name: 'Close' }).click()
    }
    await move('This machine')
    await expect(menu).not.toContainText('The lab')
    await cell(page, 2).getByRole('button', { name: 'Run this cell' }).click()
    await expect(outputs(page, 2)).toContainText('42')
    await move('The lab')
    await expect(menu).toContainText('on The lab')
  })
})
