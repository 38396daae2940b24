/** A real server, and the client library of JupyterLab. */
import { existsSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Kernel, KernelMessage } from '@jupyterlab/services'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { AuditEntries, type AuditEntry } from '../../contract/audit.ts'
import { LogPage, Receipt } from '../../contract/run.ts'
import { makeProject, python, whySkipped } from '../session/house.ts'
import { type Server, startServer } from '../session/page.ts'
import { connect, run, TOKEN, textOf } from './client.ts'

/** Prints a line, then 40 more when a file of this name is there. */
const printingAfter = (name: string): string =>
  [
    'import os, time',
    'print("first", flush=True)',
    `while not os.path.exists(${JSON.stringify(name)}): time.sleep(0.005)`,
    'for n in range(40): print(n, flush=True)',
  ].join('\n')

const Model = z.looseObject({ id: z.string(), name: z.string() })
let root = ''
let server: Server
let client: ReturnType<typeof connect>
/** Shared by the tests that need any kernel: a start takes seconds on a busy machine. */
let shared: Kernel.IKernelConnection
const headers = { authorization: `token ${TOKEN}` }
const ask = (path: string, init: RequestInit = {}) => fetch(`${server.origin}${path}`, { headers, ...init })

/** Newest first. */
async function runsInAudit(): Promise<AuditEntry[]> {
  const entries = AuditEntries.parse(await (await ask('/api/audit?limit=500')).json())
  return entries.filter(({ action }) => action === 'run')
}

describe.skipIf(python === null)(`kernels for Jupyter clients${whySkipped}`, () => {
  beforeAll(async () => {
    root = await makeProject({ a: '1' })
    server = await startServer(root)
    client = connect(server.origin)
    shared = await client.kernels.startNew()
  })
  afterAll(async () => {
    client?.dispose()
    await server?.stop()
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  })

  test('the kernelspecs and the server describe themselves as a Jupyter server does', async () => {
    await client.specs.ready
    const { specs } = client.specs
    expect(Object.keys(specs?.kernelspecs ?? {})).toContain(specs?.default)
    const name = specs?.default ?? ''
    const one = await (await ask(`/api/kernelspecs/${name}`)).json()
    expect(one).toMatchObject({ name, spec: { language: 'python', argv: expect.any(Array) } })
    expect(await (await ask('/api')).json()).toEqual({ version: expect.any(String) })
    const status = await (await ask('/api/status')).json()
    expect(status).toMatchObject({ kernels: 1, started: expect.stringMatching(/\.\d+Z$/) })
    const permissions = encodeURIComponent('{"kernels":["execute"]}')
    const yesterday = { history: `${server.origin}/notebooks/{path}#history=log` }
    expect(status).toMatchObject({ yesterday })
    expect(one).toMatchObject({ spec: { metadata: { yesterday } } })
    expect(specs?.kernelspecs[name]?.metadata).toMatchObject({ yesterday })
    expect(await (await ask(`/api/me?permissions=${permissions}`)).json()).toMatchObject({
      identity: { username: 'program', display_name: 'Program' },
      permissions: { kernels: ['execute'] },
    })
  })

  test('code that a client sends is in the audit log, silent code as well', async () => {
    const before = (await runsInAudit()).length
    await run(shared, '1')
    await run(shared, '2', { silent: true })
    const entries = (await runsInAudit()).slice(0, -before || undefined)
    const about = { notebook: expect.stringMatching(/./), cells: '1', how: 'Jupyter client' }
    const by = { id: 'program', name: 'Program' }
    expect(entries).toEqual([1, 2].map(() => expect.objectContaining({ by, about })))
  })

  test('statuses and models are those of Jupyter Server', async () => {
    const gone = '/api/kernels/00000000-0000-4000-8000-000000000000'
    for (const [method, path] of [
      ['GET', gone],
      ['DELETE', gone],
      ['POST', `${gone}/interrupt`],
      ['POST', `${gone}/restart`],
      ['GET', '/api/kernelspecs/nothing'],
    ] as const) {
      const answer = await ask(path, { method })
      expect([path, answer.status]).toEqual([path, 404])
      expect(await answer.json()).toMatchObject({ message: expect.stringMatching(/not|exist/) })
    }
    const started = await ask('/api/kernels', { method: 'POST' })
    const model = Model.parse(await started.json())
    expect([started.status, started.headers.get('location')]).toEqual([201, `/api/kernels/${model.id}`])
    const { id, name } = model
    expect(model).toEqual({
      id: expect.stringMatching(/^\w+-\w+-\w+-\w+-\w+$/),
      name,
      execution_state: 'idle',
      connections: 0,
      last_activity: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/),
    })
    expect(await (await ask('/api/kernels')).json()).toContainEqual(expect.objectContaining({ id, name }))
    expect((await ask(`/api/kernels/${id}/interrupt`, { method: 'POST' })).status).toBe(204)
    const again = await ask('/api/kernels', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ kernel_id: id }),
    })
    expect(again.status).toBe(409)
    expect((await ask(`/api/kernels/${id}`, { method: 'DELETE' })).status).toBe(204)
    expect((await ask(`/api/kernels/${id}`)).status).toBe(404)
  })

  test('a client runs, answers, interrupts and restarts', async () => {
    const kernel = shared
    expect((await kernel.info).language_info.name).toBe('python')
    expect(await run(kernel, 'print(6 * 7)')).toEqual({ status: 'ok', text: '42\n' })
    const asked = kernel.requestExecute({ code: 'x = input("who? ")', allow_stdin: true })
    asked.onStdin = (message) => {
      if (KernelMessage.isInputRequestMsg(message))
        kernel.sendInputReply({ value: 'Ada', status: 'ok' }, message.header)
    }
    await asked.done
    expect((await run(kernel, 'x')).text).toBe("'Ada'")
    expect((await run(kernel, '1 / 0')).status).toBe('error')

    const long = kernel.requestExecute({ code: 'print("on", flush=True)\nimport time\ntime.sleep(600)' })
    const isOn = Promise.withResolvers<void>()
    long.onIOPub = (message) => {
      if (textOf(message).includes('on')) isOn.resolve()
    }
    await isOn.promise
    await kernel.interrupt()
    expect((await long.done).content).toMatchObject({ status: 'error', ename: 'KeyboardInterrupt' })

    const restarted = await ask(`/api/kernels/${kernel.id}/restart`, { method: 'POST' })
    expect([restarted.status, Model.parse(await restarted.json()).id]).toEqual([200, kernel.id])
    expect((await run(kernel, 'x')).status).toBe('error')
  })

  test('a client sees and deletes the subshells that clients made, and not the one of the server', async () => {
    const listed = async () => (await shared.requestListSubshell({}).done).content.subshell_id
    expect(await listed()).toEqual([])
    const { subshell_id: id } = (await shared.requestCreateSubshell({}).done).content
    expect(await listed()).toEqual([id])
    await shared.requestDeleteSubshell({ subshell_id: id }).done
    expect(await listed()).toEqual([])
  })

  test('what a client asks while its kernel restarts is answered by the new process', async () => {
    const other = connect(server.origin)
    const kernel = other.kernels.connectTo({ model: shared.model })
    await kernel.info
    const isRestarting = Promise.withResolvers<void>()
    kernel.anyMessage.connect((_, { msg }) => {
      if (KernelMessage.isStatusMsg(msg) && msg.content.execution_state === 'restarting')
        isRestarting.resolve()
    })
    const restart = ask(`/api/kernels/${kernel.id}/restart`, { method: 'POST' })
    await isRestarting.promise
    const late = other.kernels.connectTo({ model: shared.model })
    expect((await late.info).status).toBe('ok')
    expect((await restart).status).toBe(200)
    other.dispose()
  })

  test('what runs without a notebook is recorded, under the name that the client gives', async () => {
    const runsOf = async (name: string) =>
      LogPage.parse(await (await ask(`/api/log?notebook=${encodeURIComponent(name)}`)).json()).runs
    const unnamed = `kernel-${shared.id.slice(0, 8)}`
    const before = (await runsOf(unnamed)).length
    await run(shared, 'first = 6')
    await run(shared, 'second = first * 7\nsecond')
    await run(shared, 'hidden = 1', { silent: true })
    await expect.poll(async () => (await runsOf(unnamed)).length).toBe(before + 2)
    const [second, first] = await runsOf(unnamed)
    expect(second).toMatchObject({ notebook: unnamed, cell: null, outcome: 'ok', actor: { id: 'program' } })
    const receipt = Receipt.parse(await (await ask(`/api/runs/${second?.run}`)).json())
    expect(receipt.used).toContainEqual(expect.objectContaining({ name: 'first', by: first?.run }))
    expect(receipt.outputs).toHaveLength(1)

    const path = 'elsewhere/report.ipynb'
    const session = await client.sessions.startNew({ path: `/${path}`, type: 'notebook', name: '' })
    if (session.kernel === null) throw new Error('no kernel')
    await run(session.kernel, 'third = 1')
    await session.shutdown()
    expect(await runsOf(path)).toMatchObject([{ notebook: path, outcome: 'ok' }])
    session.dispose()
  })

  test('two clients of one kernel see all that is published, and each its own replies', async () => {
    const one = shared
    const other = connect(server.origin)
    const joined = other.kernels.connectTo({ model: one.model })
    await joined.info
    const heard: string[] = []
    const isHeard = Promise.withResolvers<void>()
    joined.anyMessage.connect((_, { msg, direction }) => {
      if (direction !== 'recv' || msg.parent_header === undefined) return
      if ('session' in msg.parent_header && msg.parent_header.session === one.clientId)
        heard.push(`${msg.channel} ${msg.header.msg_type}`)
      if (heard.at(-1) === 'iopub status' && heard.includes('iopub stream')) isHeard.resolve()
    })
    await run(one, 'y = 1; print("shared")')
    await isHeard.promise
    expect(heard.filter((what) => !what.startsWith('iopub'))).toEqual([])
    expect((await run(joined, 'y')).text).toBe('1')
    other.dispose()
  })

  test('a client that was away gets all outputs of its session, in both framings', async () => {
    for (const isPlain of [false, true]) {
      const own = connect(server.origin, { isPlain })
      const kernel = own.kernels.connectTo({ model: shared.model })
      const go = `go-${isPlain}`
      const future = kernel.requestExecute({ code: printingAfter(go) })
      const texts: string[] = []
      const reconnects: Promise<void>[] = []
      future.onIOPub = (message) => {
        const text = textOf(message)
        if (text !== '') texts.push(text)
        if (!text.includes('first')) return
        reconnects.push(kernel.reconnect())
        writeFileSync(join(root, go), '')
      }
      await future.done
      await Promise.all(reconnects)
      expect(reconnects.length).toBe(1)
      expect(texts.join('')).toBe(`first\n${Array.from({ length: 40 }, (_, n) => `${n}\n`).join('')}`)
      own.dispose()
    }
  })

  test('values of KERNEL_ variables reach the environment as they are: no shell, template or YAML reads them', async () => {
    const made = join(root, 'made')
    const hostile = {
      KERNEL_USERNAME: `$(touch ${made})`,
      KERNEL_WORKING_DIR: `\`touch ${made}\`; touch ${made} #`,
      KERNEL_NAMESPACE: `x"\n  command: ["touch", "${made}"]\n---\n!!python/object/apply:os.system ["touch ${made}"]`,
      KERNEL_VOLUMES: `{{ ''.__class__ }} \${HOME} {connection_file} %h`,
      KERNEL_EXTRA_SPARK_OPTS: `--conf "a=b" | touch ${made} && \u0027'\u2028`,
    }
    const never = { LD_PRELOAD: made, 'KERNEL_A;B': made, KERNEL_NUL: 'a\0b', 'KERNEL_X=Y\nPATH': made }
    const init = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' } }
    const started = await ask('/api/kernels', {
      ...init,
      body: JSON.stringify({ env: { ...hostile, ...never } }),
    })
    expect(started.status).toBe(201)
    const { id, name } = Model.parse(await started.json())
    const kernel = client.kernels.connectTo({ model: { id, name } })
    const code = [
      'import json, os',
      `print(json.dumps({n: v for n, v in os.environ.items() if n.startswith('KERNEL_') or v == ${JSON.stringify(made)}}))`,
    ]
    const { text } = await run(kernel, code.join('\n'))
    expect(JSON.parse(text)).toEqual(hostile)
    expect(existsSync(made)).toBe(false)
    await kernel.shutdown()
  })

  test('nothing is reachable without a token, nor by another page', async () => {
    for (const path of [
      '/api',
      '/api/status',
      '/api/kernels',
      '/api/kernelspecs',
      '/kernelspecs/x/logo-64x64.png',
    ]) {
      expect([path, (await ask(path, { headers: {} })).status]).toEqual([path, 401])
      expect([path, (await ask(`${path}?token=no`, { headers: {} })).status]).toEqual([path, 401])
      const foreign = await ask(path, { headers: { ...headers, origin: 'http://evil.example' } })
      expect([path, foreign.status]).toEqual([path, 403])
    }
    expect((await ask(`/api?token=${TOKEN}`, { headers: {} })).status).toBe(200)
    expect((await ask('/api', { headers: { authorization: `Bearer ${TOKEN}` } })).status).toBe(200)
  })
})
