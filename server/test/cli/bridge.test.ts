/** `yesterday bridge` serves the Jupyter API and no page; `--kernel` names what a client gets that asks for nothing. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeProject } from '../session/house.ts'

const token = 'a-token-for-tests'
const headers = { authorization: `token ${token}` }
let origin = ''
let stop = async (): Promise<void> => undefined

beforeAll(async () => {
  const root = await makeProject({ a: '1' })
  const jupyter = join(root, 'jupyter')
  await mkdir(join(jupyter, 'kernels', 'other'), { recursive: true })
  const spec = { argv: ['none', '{connection_file}'], display_name: 'Other', language: 'other' }
  await writeFile(join(jupyter, 'kernels', 'other', 'kernel.json'), JSON.stringify(spec))
  const program = join(import.meta.dirname, '../../bin/yesterday.js')
  const words = [program, 'bridge', root, '--port', '0', '--no-restart', '--kernel', 'Other']
  const env = { ...process.env, YESTERDAY_TOKEN: token, JUPYTER_PATH: jupyter }
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  child.stdout.on('data', (chunk) => {
    printed += chunk
    const [found] = /http:\/\/[^\s/]+/.exec(printed) ?? []
    if (found !== undefined) resolve(found)
  })
  child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${printed}`)))
  stop = async () => {
    child.kill()
    if (child.exitCode === null) await once(child, 'exit')
  }
  origin = await promise
})
afterAll(() => stop())

test('it has no page', async () => {
  for (const path of ['/', '/index.html', '/notebooks/a.ipynb']) {
    const answer = await fetch(`${origin}${path}`, { headers: { ...headers, accept: 'text/html' } })
    expect([path, answer.status]).toEqual([path, 404])
  }
  expect((await fetch(`${origin}/api`, { headers })).status).toBe(200)
})

test('its default kernelspec is the one that was named', async () => {
  const specs = await (await fetch(`${origin}/api/kernelspecs`, { headers })).json()
  expect(specs).toMatchObject({ default: 'other' })
})
