/** A JupyterHub starts the program for its users: who gets in, with which role, until when, and what a stop ends. */
import { expect, test } from '@playwright/test'
import { type Hub, signInAtHub, startHub } from '../support/hub.ts'
import { jupyterPython } from '../support/jupyter-server.ts'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, outputs } from '../support/person.ts'

test.skip(jupyterPython === null, 'set YESTERDAY_TEST_JUPYTER to a Python with jupyterhub')

const CODE = `import os
print(os.getpid(), sorted(n for n in os.environ if "TOKEN" in n))`
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

let hub: Hub
async function lastActivity(): Promise<number> {
  const { body } = await hub.api('users/ada')
  return Date.parse(
    (body as { servers: Record<string, { last_activity: string }> }).servers['']?.last_activity ?? '',
  )
}
test.beforeEach(async () => {
  hub = await startHub(['--group-role', 'staff=editor'])
  await writeNotebook(await hub.project('ada'), 'a.ipynb', [CODE])
})
test.afterEach(async () => {
  await hub.end()
})

test('a hub starts the server of a person; others need its consent', async ({ browser }) => {
  const notebook = '/user/ada/notebooks/a.ipynb'
  const ada = await (await browser.newContext()).newPage()
  await signInAtHub(ada, hub, 'ada', '/hub/spawn')
  await expect(ada).toHaveURL(/\/user\/ada\/$/)
  await ada.goto(`${hub.origin}${notebook}`)
  await cell(ada, 1).locator('.code-editor').click()
  await ada.keyboard.press('Shift+Enter')
  await expect(outputs(ada, 1)).toContainText(/^\d+ \[\]/)
  const kernel = Number(/\d+/.exec((await outputs(ada, 1).textContent()) ?? '')?.[0])
  expect(isAlive(kernel)).toBe(true)
  await expect(ada.getByRole('button', { name: 'You are ada' })).toBeVisible()
  const before = await lastActivity()
  await cell(ada, 1).locator('.code-editor').click()
  await ada.keyboard.press('Shift+Enter')
  await expect.poll(lastActivity, 'the hub hears of work').toBeGreaterThan(before)
  expect(hub.printed(), 'no secrets in the log of the hub').not.toMatch(/token=|JUPYTERHUB_API_TOKEN/)

  const grace = await (await browser.newContext()).newPage()
  await signInAtHub(grace, hub, 'grace', notebook)
  await expect(grace.getByRole('heading', { name: '403 : You do not have permission' })).toBeVisible()
  expect((await hub.api('shares/ada/', 'POST', { user: 'grace' })).status).toBe(200)
  await grace.goto(`${hub.origin}${notebook}`)
  await grace.getByRole('button', { name: 'Authorize' }).click()
  await expect(grace.getByRole('button', { name: 'You are grace' })).toBeVisible()
  await expect(cell(grace, 1)).toBeVisible()
  await expect(cell(grace, 1).getByRole('button', { name: /^Run/ })).toHaveCount(0)

  await ada.getByRole('button', { name: 'Share', exact: true }).click()
  await ada.getByRole('combobox', { name: 'Role of grace' }).selectOption('runner')
  await expect(cell(grace, 1).getByRole('button', { name: /^Run/ })).toBeVisible()

  expect((await hub.api('shares/ada/', 'PATCH', { user: 'grace' })).status).toBe(200)
  // Sockets that are opened within two seconds share one question to the hub.
  const refusal = grace.getByRole('heading', { name: '403 : You do not have permission' })
  await expect(async () => {
    await grace.reload()
    await expect(refusal.or(cell(grace, 1))).toBeVisible()
    expect(await refusal.isVisible()).toBe(true)
  }).toPass()

  expect((await hub.api('users/ada/server', 'DELETE')).status).toBeLessThan(300)
  await expect.poll(() => isAlive(kernel)).toBe(false)
  await ada.context().close()
  await grace.context().close()
})
