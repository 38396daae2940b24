/** A person installs what a cell misses: the exact command first, its output in a cell, then the import works. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, outputs, signedIn } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'a.ipynb', ['import tiny_tool\ntiny_tool.answer()'])
  makeEnvironment(join(folder, '.venv'))
  makeWheel(join(folder, 'wheels'))
  program = await startProgram(folder, {
    env: {
      YESTERDAY_PYTHON: join(folder, '.venv/bin/python'),
      // No network: the wheel is all that there is.
      PIP_NO_INDEX: '1',
      PIP_FIND_LINKS: join(folder, 'wheels'),
    },
  })
})

test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

const python = process.env.YESTERDAY_TEST_PYTHON ?? 'python3'
const run = (code: string, ...words: readonly string[]): string =>
  execFileSync(python, ['-c', code, ...words], { encoding: 'utf8' }).trim()

/** With pip of its own, and the packages of the environment that tests run kernels with. */
function makeEnvironment(place: string): void {
  execFileSync(python, ['-m', 'venv', place])
  const site = 'import sysconfig; print(sysconfig.get_path("purelib"))'
  const own = execFileSync(join(place, 'bin/python'), ['-c', site], { encoding: 'utf8' }).trim()
  writeFileSync(join(own, 'tests.pth'), `${run(site)}\n`)
}

function makeWheel(place: string, version = '1.0'): void {
  mkdirSync(place, { recursive: true })
  run(
    `
import sys, zipfile
version = sys.argv[2]
with zipfile.ZipFile(f"{sys.argv[1]}/tiny_tool-{version}-py3-none-any.whl", "w") as wheel:
    info = f"tiny_tool-{version}.dist-info/"
    wheel.writestr("tiny_tool.py", "def answer():\\n    return 'from the wheel'\\n")
    wheel.writestr(info + "METADATA", f"Metadata-Version: 2.1\\nName: tiny-tool\\nVersion: {version}\\n")
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(info + "RECORD", "".join(f"{one.filename},,\\n" for one in wheel.infolist()) + info + "RECORD,,\\n")
`,
    place,
    version,
  )
}

test('a missing module is installed from its error, and is then in the list of packages', async ({
  browser,
}) => {
  const page = await open(await signedIn(browser, program), program, 'a.ipynb')
  await page.keyboard.press('ControlOrMeta+Enter')
  await page.getByRole('button', { name: 'Install tiny-tool' }).click()
  const dialog = page.getByRole('dialog', { name: 'Install tiny-tool?' })
  await expect(dialog).toContainText('%pip install tiny-tool')
  await dialog.getByRole('button', { name: 'Install' }).click()
  await expect(outputs(page, 1)).toContainText('Successfully installed tiny-tool-1.0')
  await cell(page, 2).click()
  await page.keyboard.press('Escape')
  await page.keyboard.press('ControlOrMeta+Enter')
  await expect(outputs(page, 2)).toContainText('from the wheel')

  await page.keyboard.press('ControlOrMeta+Shift+c')
  await page.keyboard.type('Packages of')
  await page.keyboard.press('Enter')
  const packages = page.getByRole('dialog', { name: 'Packages of the kernel' })
  await packages.getByRole('searchbox').fill('tiny')
  await expect(packages.getByRole('listitem')).toHaveText(/tiny-tool 1\.0/)

  makeWheel(join(folder, 'wheels'), '2.0')
  await packages.getByRole('button', { name: 'Upgrade tiny-tool' }).click()
  await expect(outputs(page, 3)).toContainText('Successfully installed tiny-tool-2.0')
  await cell(page, 2).click()
  await page.keyboard.press('Escape')
  await page.keyboard.type('00')
  await page.getByRole('dialog').getByRole('button', { name: 'Restart' }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.keyboard.press('ControlOrMeta+Enter')
  await expect(outputs(page, 2)).toContainText('from the wheel')
  await page.keyboard.press('ControlOrMeta+Shift+c')
  await page.keyboard.type('Packages of')
  await page.keyboard.press('Enter')
  await packages.getByText('1 package differs from the last good run').click()
  await expect(packages.getByText('tiny-tool was 1.0, and is 2.0')).toBeVisible()
  await packages.getByRole('button', { name: 'Install these versions' }).click()
  await expect(packages.getByRole('group', { name: 'Install these versions' })).toContainText(
    '%pip install tiny-tool==1.0',
  )
  await packages.getByRole('button', { name: 'Install these versions' }).click()
  await expect(outputs(page, 3)).toContainText('Successfully installed tiny-tool-1.0')
})
