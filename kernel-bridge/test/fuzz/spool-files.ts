/** What lies in a dead kernel's spool. Input: the bytes of one run's frames, and the same bytes as its other files. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { kernelFolder } from '../../src/kernel-folder.ts'
import { readSpool } from '../../src/spool.ts'
import { newHeader } from '../../src/wire.ts'
import { spooledFrame } from '../spooled-frame.ts'

const header = (msgType: string) =>
  newHeader({ msgId: 'm1', msgType, session: 's', date: new Date(Date.UTC(2026, 0)) })
const frame = fc
  .record({
    type: fc.constantFrom('stream', 'display_data', 'error', 'execute_input', '__proto__'),
    content: fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }),
    buffers: fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 2 }),
  })
  .map(({ type, content, buffers }) =>
    spooledFrame({
      header: header(type),
      parent: header('execute_request'),
      metadata: {},
      content: JSON.parse(JSON.stringify(content)),
      buffers,
    }),
  )
const record = fc.record(
  {
    cell: fc.jsonValue(),
    order: fc.jsonValue(),
    started: fc.jsonValue(),
    outcome: fc.constantFrom('ok', 'error', 'died', 'aborted', 'other'),
    executionCount: fc.jsonValue(),
    error: fc.jsonValue(),
  },
  { requiredKeys: ['outcome'] },
)

export const target = {
  inputs: fc.oneof(
    fc.array(frame, { minLength: 1, maxLength: 4 }).map((frames) => Buffer.concat(frames)),
    record.map((value) => Buffer.from(JSON.stringify(value))),
  ),
  open: async () => {
    const root = await mkdtemp(join(tmpdir(), 'yesterday-fuzz-'))
    const folder = kernelFolder(root, 'k1')
    await mkdir(folder.spoolDir, { recursive: true })
    const file = (name: string) => join(folder.spoolDir, name)
    await writeFile(file('whole.record.json'), '{"outcome": "ok", "order": 1}')
    return {
      feed: async (input: Uint8Array) => {
        const names = ['r1.frames', 'r1.record.json', 'r1.asked.json', 'r1.died.json', 'r1.prompt.json']
        await Promise.all(names.map((name) => writeFile(file(name), input)))
        const problems: string[] = []
        const onProblem = ({ detail }: { readonly detail: string }) => void problems.push(detail)
        const read = await readSpool(folder, { alive: false, onProblem })
        if (read.length !== 2 || read.every(({ runId }) => runId !== 'whole'))
          throw new Error(`one broken run hides another: ${read.map(({ runId }) => runId)}`)
        return problems.length === 0 ? ('accepted' as const) : ('refused' as const)
      },
      // Reading changes nothing but what was put there.
      state: async () => {
        const others = (await readdir(folder.spoolDir)).filter((name) => !name.startsWith('r1.'))
        return `${others} ${await readFile(file('whole.record.json'), 'utf8')}`
      },
      close: () => rm(root, { recursive: true, force: true, maxRetries: 5 }),
    }
  },
}
