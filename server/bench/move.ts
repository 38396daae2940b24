/**
 * `npm run bench -- move [MiB]`: how long a session with so many MiB of variables (1,024) takes to another kernel of this
 * machine and to a Jupyter server over loopback, beside a plain copy of as many bytes through a socket.
 */
import { once } from 'node:events'
import { realpath, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { jupyterPython, startJupyterServer, TOKEN } from '@yesterday/kernel-bridge/test-servers'
import type { Job } from '../contract/replay.ts'
import { Jobs } from '../src/replay/jobs.ts'
import { performJobs } from '../src/replay/perform-jobs.ts'
import { makeProject, openHouse, python, runAll } from '../test/session/house.ts'

const MIB = 2 ** 20
const mib = Number(process.argv[2] ?? 1024)
const parts = Math.max(1, Math.round(mib / 128))
const seconds = (from: number): string => `${((performance.now() - from) / 1000).toFixed(2)} s`
const print = (line: string): boolean => process.stdout.write(`${line}\n`)

async function socketCopy(): Promise<string> {
  const part = Buffer.alloc(4 * MIB, 1)
  const server = createServer((socket) => socket.resume().on('end', () => socket.end()))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const from = performance.now()
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  for (let sent = 0; sent < mib; sent += 4) if (!socket.write(part)) await once(socket, 'drain')
  socket.end()
  await once(socket.resume(), 'end')
  server.close()
  return seconds(from)
}

const make = `import random\nvalues = {}\nfor i in range(${parts}):\n    globals()[f"v{i}"] = random.randbytes(${Math.round((mib / parts) * MIB)})\ndel i`
const root = await realpath(await makeProject({ make }))
const lab = jupyterPython === null ? null : await startJupyterServer()
const entry = { id: 'lab', title: 'Lab', url: lab?.url ?? '', token: TOKEN, timeoutMs: 20_000, ca: null }
const house = await openHouse(root, {
  interpreters: [{ name: 'other', displayName: 'Other', python: python ?? '' }],
  connections: { list: (provider) => (provider === 'jupyter' && lab !== null ? [entry] : []) },
})
try {
  const { id, session } = await house.open()
  await runAll(session, ['make'])
  const { store, kernels, sessions } = house
  const jobs = new Jobs(performJobs({ store, kernels, root, env: process.env }, sessions))
  const until = async (job: string, holds: (job: Job) => boolean): Promise<Job | null> => {
    for (let at = await jobs.look(job, null, 0); ; at = await jobs.look(job, at?.revision ?? 0, 60_000))
      if (at === null || at.state !== 'running' || holds(at)) return at
  }
  print(`${mib} MiB in ${parts} variables`)
  print(`  plain copy through a socket   ${await socketCopy()}`)
  for (const spec of ['other', ...(lab === null ? [] : ['python3@lab'])]) {
    const job = jobs.start({ kind: 'move', documentId: id, spec, keep: true, confirm: true })?.id ?? ''
    await until(job, ({ progress }) => progress.phase === 'waiting')
    const from = performance.now()
    jobs.confirm(job)
    const done = await until(job, () => false)
    const sent = done?.move?.plan.variables.filter(({ way, result }) => way === 'sent' && result === 'there')
    const what = done?.state === 'done' ? `${sent?.length} variables` : JSON.stringify(done?.problem)
    print(`  to ${spec.padEnd(26)} ${seconds(from)}, ${what}`)
  }
} finally {
  await house.close()
  await lab?.end()
  await rm(root, { recursive: true, force: true, maxRetries: 5 })
}
