/** Tests have a home of their own and see none of the user's variables. */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { expect, test } from 'vitest'
import { testEnvironment } from '../../setup/test-environment.js'

test('these tests run in a private home, in UTC', () => {
  expect(homedir()).toBe(process.env.YESTERDAY_TEST_HOME)
  expect(process.env.YESTERDAY_HOME?.startsWith(homedir())).toBe(true)
  expect(new Date(2026, 6, 1).getTimezoneOffset()).toBe(0)
})

/** What `npm run proof` asks of the tests. */
const proof = {
  YESTERDAY_KILLS: '1000',
  YESTERDAY_KILL_ROUNDS: '1000',
  YESTERDAY_MEMBER_KILLS: '1000',
  YESTERDAY_KILL_PROOF: '1',
}

test('only variables that name programs, packages and what to test come through', () => {
  const given = {
    PATH: '/bin',
    HTTPS_PROXY: 'http://proxy',
    PIP_INDEX_URL: 'file:///wheels',
    YESTERDAY_TEST_PYTHON: '/python',
    ...proof,
    YESTERDAY_TOKEN: 'secret',
    PYTHONPATH: '/mine',
    PYTHONSTARTUP: '/mine/start.py',
    JUPYTER_PATH: '/mine/jupyter',
    NODE_OPTIONS: '--inspect',
    VIRTUAL_ENV: '/mine/env',
    AWS_SECRET_ACCESS_KEY: 'secret',
    HOME: '/home/me',
    XDG_CONFIG_HOME: '/home/me/.config',
    TZ: 'Asia/Shanghai',
  }
  const { env, remove } = testEnvironment(given)
  const { PATH, ...rest } = env
  expect(PATH).toMatch(/bin.\/bin$/)
  expect(rest).toMatchObject({
    HTTPS_PROXY: 'http://proxy',
    PIP_INDEX_URL: 'file:///wheels',
    YESTERDAY_TEST_PYTHON: '/python',
    ...proof,
    TZ: 'UTC',
  })
  const hidden = ['YESTERDAY_TOKEN', 'PYTHONPATH', 'PYTHONSTARTUP', 'JUPYTER_PATH', 'NODE_OPTIONS']
  for (const name of [...hidden, 'VIRTUAL_ENV', 'AWS_SECRET_ACCESS_KEY'])
    expect(rest).not.toHaveProperty(name)
  const home = rest.HOME ?? ''
  expect([rest.USERPROFILE, rest.XDG_CONFIG_HOME]).toEqual([home, expect.stringContaining(home)])
  expect(existsSync(home)).toBe(true)
  remove()
  expect(existsSync(home)).toBe(false)
})
