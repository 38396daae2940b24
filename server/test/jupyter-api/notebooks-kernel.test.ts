/** A notebook of the project, run by the client library of JupyterLab: recorded like a run of the page. */
import { execFile } from 'node:child_process'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { LogPage, Receipt } from '../../contract/run.ts'
import { makeProject, python, whySkipped } from '../session/house.ts'
import { Page, type Server, startServer } from '../session/page.ts'
import { connect, run, TOKEN } from './client.ts'

const program = join(import.meta.dirname, '../../bin/yesterday.js')
const yesterday = async (...words: string[]): Promise<unknown> =>
  JSON.parse((await promisify(execFile)(process.execPath, [program, ...words, '--json'])).stdout)
const Issued = z.object({ token: z.string(), url: z.string() })
const Model = z.looseObject({ id: z.string(), path: z.string(), kernel: z.looseObject({ id: z.string() }) })

let root = ''
let server: Server
let issued: z.infer<typeof Issued>
let client: ReturnType<typeof connect>
const ask = (path: string, init: RequestInit = {}) =>
  fetch(`${server.origin}${path}`, { headers: { authorization: `token ${TOKEN}` }, ...init })
const post = (body: object, method = 'POST') => ({
  method,
  headers: { authorization: `token ${TOKEN}`, 'content-type': 'application/json' },
  body: JSON.stringify(body),
})
const runs = async () => LogPage.parse(await (await ask('/api/log')).json()).runs

describe.skipIf(python === null)(`notebooks for Jupyter clients${whySkipped}`, () => {
  beforeAll(async () => {
    root = await makeProject({ a: 'x = 6', b: 'print(x * 7)', c: 'y = input("who? ")' })
    server = await startServer(root)
    issued = Issued.parse(await yesterday('token', 'lab', '--root', root))
    client = connect(server.origin, { token: issued.token })
  })
  afterAll(async () => {
    client?.dispose()
    await server?.stop()
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  })

  test('a path of the project is the notebook’s own session; its runs are in the history and in the page', async () => {
    expect(issued.url).toBe(`${server.origin}/`)
    const page = await Page.open(server, 'a.ipynb')
    const session = await client.sessions.startNew({ path: 'a.ipynb', type: 'notebook', name: 'a.ipynb' })
    const kernel = session.kernel
    if (kernel === null) throw new Error('no kernel')
    expect((await run(kernel, 'x = 6')).status).toBe('ok')
    const future = kernel.requestExecute({ code: 'print(x * 7)' }, false, { cellId: 'b' })
    expect((await future.done).content).toMatchObject({ status: 'ok', execution_count: 2 })
    await expect.poll(() => page.outputs('b')).toBe('42\n')
    expect(await run(kernel, 'z = 1 / 0')).toMatchObject({ status: 'error' })
    expect(await run(kernel, 'hidden = 1', { silent: true })).toMatchObject({ status: 'ok' })
    await expect.poll(async () => (await runs()).length).toBe(3)
    const [failed, second, first] = await runs()
    expect([first?.cellId, second?.cellId, failed?.cell]).toEqual(['a', 'b', null])
    expect([first?.cell, second?.cell]).toEqual([1, 2])
    expect(second?.actor).toEqual({ id: 'program-lab', name: expect.stringMatching(/ \(lab\)$/) })
    const receipt = Receipt.parse(await (await ask(`/api/runs/${second?.run}`)).json())
    expect(receipt.used).toContainEqual(
      expect.objectContaining({ kind: 'variable', name: 'x', by: first?.run }),
    )
    page.close()
  })

  test('a client’s prompt, interrupt and restart are those of the session', async () => {
    const session = await client.sessions.startNew({ path: 'a.ipynb', type: 'notebook', name: '' })
    const kernel = session.kernel
    if (kernel === null) throw new Error('no kernel')
    const asked = kernel.requestExecute({ code: 'y = input("who? ")', allow_stdin: true })
    asked.onStdin = ({ header }) => {
      if (header.msg_type === 'input_request')
        kernel.sendInputReply({ value: 'Ada', status: 'ok' }, { ...header, msg_type: 'input_request' })
    }
    expect((await asked.done).content.status).toBe('ok')
    expect((await run(kernel, 'y')).text).toBe("'Ada'")
    const refused = await run(kernel, 'input()', { allow_stdin: false })
    expect(refused.status).toBe('error')

    const long = kernel.requestExecute({ code: 'import time\ntime.sleep(600)', stop_on_error: true })
    const begun = Promise.withResolvers<void>()
    long.onIOPub = ({ header }) => {
      if (header.msg_type === 'execute_input') begun.resolve()
    }
    const waiting = kernel.requestExecute({ code: 'never = 1' })
    await begun.promise
    await kernel.interrupt()
    expect((await long.done).content).toMatchObject({ status: 'error', ename: 'KeyboardInterrupt' })
    expect((await waiting.done).content.status).toBe('aborted')
    const { id } = kernel
    await kernel.restart()
    expect(kernel.id).toBe(id)
    expect((await run(kernel, 'y')).status).toBe('error')
  })

  test('a token that is revoked opens nothing, and closes what it opened', async () => {
    const { kernel } = await client.sessions.startNew({ path: 'a.ipynb', type: 'notebook', name: '' })
    if (kernel === null) throw new Error('no kernel')
    await kernel.info
    const lost = Promise.withResolvers<void>()
    kernel.connectionStatusChanged.connect((_, status) => {
      if (status !== 'connected') lost.resolve()
    })
    await yesterday('token', 'lab', '--revoke', '--root', root)
    await lost.promise
    const answer = await ask('/api/kernels', { headers: { authorization: `token ${issued.token}` } })
    expect(answer.status).toBe(401)
    kernel.dispose()
    expect(await yesterday('token', '--list', '--root', root)).toEqual({ tokens: [] })
    await expect(stat(join(root, 'tokens.json'))).rejects.toThrow('ENOENT')
  })

  test('statuses and models of sessions are those of Jupyter Server', async () => {
    const [own] = z.array(Model).parse(await (await ask('/api/sessions')).json())
    expect(own).toMatchObject({
      path: 'a.ipynb',
      name: 'a.ipynb',
      type: 'notebook',
      kernel: { execution_state: 'idle' },
    })
    // A kernel that is there already: a start takes seconds on a busy machine.
    const kernel = { id: own?.kernel.id }
    const made = await ask(
      '/api/sessions',
      post({ path: 'none/Untitled.ipynb', type: 'notebook', name: 'n', kernel }),
    )
    const model = Model.parse(await made.json())
    expect([made.status, made.headers.get('location')]).toEqual([201, `/api/sessions/${model.id}`])
    const again = await ask('/api/sessions', post({ path: 'none/Untitled.ipynb', type: 'notebook' }))
    expect(Model.parse(await again.json()).id).toBe(model.id)
    const renamed = await ask(`/api/sessions/${model.id}`, post({ path: 'other.ipynb' }, 'PATCH'))
    expect([renamed.status, Model.parse(await renamed.json()).path]).toEqual([200, 'other.ipynb'])
    expect((await ask('/api/sessions', post({ type: 'notebook' }))).status).toBe(400)
    const missing = '/api/sessions/00000000-0000-4000-8000-000000000000'
    for (const method of ['GET', 'DELETE']) expect((await ask(missing, { method })).status).toBe(404)
    expect((await ask(missing, post({}, 'PATCH'))).status).toBe(404)
    expect((await ask(`/api/sessions/${model.id}`, { method: 'DELETE' })).status).toBe(204)
    expect((await ask(`/api/kernels/${model.kernel.id}`)).status).toBe(404)
    expect((await ask(`/api/sessions/${own?.id}`, { method: 'DELETE' })).status).toBe(404)
    expect(await (await ask('/api/kernels')).json()).toEqual([])
  })
})
