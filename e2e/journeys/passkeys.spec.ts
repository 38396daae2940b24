/**
 * Passkeys: an owner adds one and signs in with it; an invited person joins with one. Chromium's authenticator is virtual.
 * Then a person signs in through an OpenID provider, and loses the group that let them in.
 */

import { join as joinPath } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { seriousFindings } from '../support/axe.ts'
import { type OpenIdService, startOpenIdService } from '../support/openid-provider.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let settings: string
let service: OpenIdService
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
  settings = await newFolder()
  service = await startOpenIdService()
  const file = joinPath(settings, 'oidc.json')
  await service.writeConfig(file, { staff: 'runner' })
  program = await startProgram(folder, { words: ['--oidc', file] })
})
test.afterEach(async () => {
  await program.stop()
  service.stop()
  await discard(folder)
  await discard(settings)
})

const WCAG = { tags: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'], colorsOnly: false }

/** https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn/ */
async function addAuthenticator(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
    },
  })
}

test('passkeys to sign in and to join, and a provider', async ({ browser }) => {
  const owner = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  await addAuthenticator(owner)
  // Browsers make no passkeys for an address in place of a name.
  await owner.goto(program.url.replace('127.0.0.1', 'localhost'))
  await owner.getByRole('button', { name: /^You are/ }).click()
  const account = owner.getByRole('dialog')
  await account.getByText('Passkeys', { exact: true }).click()
  await account.getByRole('textbox', { name: 'Name of the passkey' }).fill('My laptop')
  await owner.keyboard.press('Enter')
  await expect(account.getByRole('list', { name: 'Passkeys' })).toContainText('My laptopnever used')
  expect(await seriousFindings(owner, { ...WCAG, within: ['dialog'] }), 'account').toEqual([])
  await account.getByRole('button', { name: 'Remove My laptop' }).click()
  await account.getByRole('button', { name: 'Remove My laptop now?' }).click()
  await expect(owner.getByText('This passkey is the only way')).toBeVisible()

  await account.getByRole('button', { name: 'Sign out', exact: true }).click()
  const signIn = owner.getByRole('button', { name: 'Sign in with a passkey' })
  await expect(signIn).toBeVisible()
  expect(await seriousFindings(owner, WCAG), 'sign-in page').toEqual([])
  await signIn.click()
  await expect(owner.getByRole('button', { name: 'Share', exact: true })).toBeVisible()

  await owner.getByRole('button', { name: 'Share', exact: true }).click()
  const dialog = owner.getByRole('dialog', { name: 'Share this project' })
  await dialog.getByRole('button', { name: 'Create link' }).click()
  const link = await dialog.getByRole('textbox', { name: 'Invitation link' }).inputValue()
  const grace = await (await browser.newContext()).newPage()
  await addAuthenticator(grace)
  await grace.goto(link)
  const join = grace.getByRole('button', { name: /Join with a passkey/ })
  await join.click()
  await expect(grace.getByLabel('Your name'), 'a name is needed').toBeFocused()
  await grace.getByLabel('Your name').fill('Grace Hopper')
  await join.click()
  await expect(grace.getByRole('button', { name: /^You are Grace Hopper/ })).toBeVisible()
  await grace.context().close()

  service.groups.set('Alan', ['staff'])
  const alan = await (await browser.newContext()).newPage()
  const origin = program.origin.replace('127.0.0.1', 'localhost')
  await alan.goto(origin)
  await alan.getByRole('link', { name: 'Sign in with Example SSO' }).click()
  await alan.locator('[name=login]').fill('Alan')
  await alan.locator('[name=password]').fill('any')
  await alan.getByRole('button').first().click()
  await alan.getByRole('button', { name: 'Continue' }).click()
  await alan.getByRole('button', { name: /^You are Alan/ }).click()
  await expect(alan.getByText('You sign in through Example SSO')).toBeVisible()
  await alan.getByRole('button', { name: 'Sign out', exact: true }).click()
  service.groups.set('Alan', [])
  await alan.getByRole('link', { name: 'Sign in with Example SSO' }).click()
  await alan.getByRole('button', { name: 'Continue' }).click()
  await expect(alan.getByRole('alert')).toContainText('Your account at Example SSO may not use this project.')
  await alan.context().close()
  await owner.context().close()
})
