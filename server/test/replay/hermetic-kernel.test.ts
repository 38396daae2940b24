/** No verb that runs the past again changes a file, a database or a service of the present. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  type IsolationName,
  ReplayPlan,
  ReplayReport,
  RestoreReport,
  type Verdict,
} from '../../contract/replay.ts'
import { seconds } from '../../setup/patience.js'
import { digestOf } from '../../src/disk/digest.ts'
import { chooseIsolation } from '../../src/replay/isolation/members.ts'
import { isRefused } from '../../src/replay/targets.ts'
import { start } from '../cli/program.ts'
import { python, whySkipped } from '../session/house.ts'
import { makeOutside, type Outside, sends, ways } from './hermetic.ts'

const Shown = z.object({ outputs: z.array(z.object({ digest: z.string() })) })
const RunLine = z.object({ run: z.string(), cellId: z.string(), outcome: z.string() })

/** Why the member cannot be tried here; null where it can. */
async function whyNot(name: IsolationName): Promise<string | null> {
  if (python === null) return 'no Python'
  const chosen = await chooseIsolation({ python, forced: name, network: false })
  return isRefused(chosen) ? chosen.refused.message : null
}

const lacking = {
  namespaces: await whyNot('namespaces'),
  landlock: await whyNot('landlock'),
}
const skipped = (why: string | null): string => (why === null ? '' : ` (skipped: ${why})`)

describe.skipIf(python === null)(`the past beside the present${whySkipped}`, () => {
  let outside: Outside
  let runs: ReadonlyMap<string, string> = new Map()
  const said = (words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    start({ cwd: outside.project, env: { YESTERDAY_PYTHON: python ?? '', ...env } }, words)
  const replayed = async (words: readonly string[], env?: Readonly<Record<string, string>>) => {
    const { out, err } = await said(['replay', 'a.ipynb', '--json', ...words], env)
    const parsed = ReplayReport.safeParse(JSON.parse(out))
    if (!parsed.success) throw new Error(`${out}\n${err}`)
    return parsed.data
  }
  const verdictsOf = ({ steps }: ReplayReport): Readonly<Record<string, Verdict>> =>
    Object.fromEntries(steps.map(({ cellId, verdict }) => [cellId ?? '', verdict]))

  beforeAll(async () => {
    outside = await makeOutside(ways, sends)
    const { out } = await said(['run', 'a.ipynb', '--json', '--allow-errors'])
    const lines = out.trim().split('\n')
    const ended = lines.map((line) => RunLine.parse(JSON.parse(line)))
    expect(ended.filter(({ outcome }) => outcome !== 'ok')).toEqual([])
    runs = new Map(ended.map(({ run, cellId }) => [cellId, run]))
    expect(outside.requests).toEqual(['/raw', '/program', '/request'])
    await outside.disturb()
  }, seconds(600))
  afterAll(() => outside?.remove())

  /** What a verb does to the two folders and to the server. */
  async function touchedBy(verb: () => Promise<unknown>) {
    const [files, requests] = [await outside.files(), outside.requests.length]
    await verb()
    const now = await outside.files()
    const changed = Object.keys({ ...files, ...now }).filter((name) => files[name] !== now[name])
    return [...changed, ...outside.requests.slice(requests)]
  }

  test.skipIf(lacking.namespaces !== null)(
    `a replay in namespaces makes everything again, and touches nothing${skipped(lacking.namespaces)}`,
    async () => {
      let report: ReplayReport | null = null
      expect(
        await touchedBy(async () => {
          report = await replayed([], { YESTERDAY_ISOLATION: 'namespaces' })
        }),
      ).toEqual([])
      if (report === null) throw new Error('no report')
      const { isolation, problems, written } = ReplayReport.parse(report)
      expect(isolation).toMatchObject({ name: 'namespaces', writes: 'private', network: 'absent' })
      expect(problems).toEqual([])
      const verdicts = verdictsOf(report)
      // DuckDB puts a new id into each database that it makes; a table of a closed connection has no settled name. What
      // libc wrote in the cell before `chmod` may be noticed a run late, as folders are looked at for a bounded time.
      const { duckdb: _, sqlite: __, raw: ___, program: ____, chmod: _____, ...rest } = verdicts
      const ofChmod = ReplayReport.parse(report).steps.find(({ cellId }) => cellId === 'chmod')
      const differing = ofChmod?.versions.filter(({ verdict }) => verdict !== 'identical') ?? []
      expect(differing.filter(({ name }) => !name.endsWith('/libc.txt'))).toEqual([])
      expect(Object.entries(rest).filter(([, verdict]) => verdict !== 'identical')).toEqual([])
      const names = written.map(({ name, change }) => `${change} ${name.replace(/^.*\//, '')}`)
      expect(names).toEqual(
        expect.arrayContaining([
          'changed pandas.parquet',
          'changed torch.pt',
          'changed shell.txt',
          'changed libc.txt',
          'changed relative.txt',
          'deleted removed.txt',
          'deleted subprocess.txt',
          'deleted unlinked.txt',
        ]),
      )
    },
    600_000,
  )

  test.skipIf(lacking.namespaces !== null)(
    `check touches nothing${skipped(lacking.namespaces)}`,
    async () => {
      let code: number | null = null
      const verb = async () => {
        code = (await said(['check', '--json'])).code
      }
      expect(await touchedBy(verb)).toEqual([])
      expect(code).not.toBe(0)
    },
    600_000,
  )

  test.skipIf(lacking.landlock !== null)(
    `a replay by Landlock touches nothing, whatever it tries${skipped(lacking.landlock)}`,
    async () => {
      let report: ReplayReport | null = null
      const verb = async () => {
        report = await replayed([], { YESTERDAY_ISOLATION: 'landlock' })
      }
      expect(await touchedBy(verb)).toEqual([])
      expect(report).toMatchObject({ isolation: { name: 'landlock', writes: 'refused' } })
      expect(verdictsOf(ReplayReport.parse(report))).toMatchObject({ relative: 'identical' })
    },
    600_000,
  )

  test(
    'where nothing isolates, what reached outside is refused one by one',
    async () => {
      let report: ReplayReport | null = null
      const env = { YESTERDAY_ISOLATION: 'none' }
      const verb = async () => {
        report = await replayed([], env)
      }
      expect(await touchedBy(verb)).toEqual([])
      const { steps, isolation } = ReplayReport.parse(report)
      expect(isolation.name).toBe('none')
      const why = Object.fromEntries(steps.map((step) => [step.cellId, step.why]))
      expect(why.pandas).toContain('--allow-writes')
      expect(why.shell).toContain('--allow-program')
      // It gets the answer that was recorded.
      expect(why.request).toBeNull()
      const planned = await said(
        [
          'replay',
          'a.ipynb',
          '--dry-run',
          '--json',
          '--allow-writes',
          outside.other,
          '--allow-program',
          'rm',
        ],
        env,
      )
      const allowed = ReplayPlan.parse(JSON.parse(planned.out)).steps
      const actions = Object.fromEntries(allowed.map(({ cellId, action }) => [cellId, action]))
      expect(actions).toMatchObject({
        torch: 're-run',
        pandas: 'cannot',
        shellRemoves: 're-run',
        subprocess: 're-run',
        shell: 'cannot',
        two: 'cannot',
        request: 're-run',
      })
      const whyTwo = allowed.find(({ cellId }) => cellId === 'two')?.why
      expect(whyTwo).toContain('here: --allow-program true')
      const both = await replayed(['--only', 'two', '--allow-program', 'rm', 'true'], env)
      expect(verdictsOf(both)).toMatchObject({ two: 'identical' })
      const unnamed = await said(['replay', 'a.ipynb', '--json', '--allow-program'], env)
      expect(JSON.parse(unnamed.out)).toMatchObject({
        error: { code: 'no-name', hint: expect.stringMatching(/--allow-program .*true/) },
      })
    },
    seconds(600),
  )

  test(
    'what was sent is sent again only where that is allowed',
    async () => {
      const before = outside.requests.length
      const report = await replayed(['--only', 'request', '--allow-sending', '127.0.0.1'])
      expect(report.isolation.network).toBe('open')
      expect(outside.requests.slice(before)).toEqual(['/request'])
      expect(verdictsOf(report)).toMatchObject({ request: 'identical' })
    },
    seconds(600),
  )

  test.skipIf(lacking.namespaces !== null)(
    `since touches nothing while it proves, nor does a restoration${skipped(lacking.namespaces)}`,
    async () => {
      const last = runs.get('chmod') ?? ''
      const verb = async () => {
        await said(['since', last, '--good', last, '--prove', '--json'])
      }
      expect(await touchedBy(verb)).toEqual([])
      const restored = await touchedBy(async () => {
        const { out } = await said(['restore', last, '--no-keep', '--recompute', '--json'])
        const report = RestoreReport.parse(JSON.parse(out))
        expect(report.problems).toEqual([])
        expect(report.isolation.name).toBe('namespaces')
        const results = Object.fromEntries(report.variables.map(({ name, result }) => [name, result]))
        expect(results).toMatchObject({ A: 'recomputed', pd: 'recomputed', pa: 'recomputed' })
      })
      expect(restored).toEqual([])
    },
    600_000,
  )

  test('an isolation that is not there is refused by name', async () => {
    const { code, out } = await said(['replay', 'a.ipynb', '--isolation', 'walls', '--json'])
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'unknown-isolation' } })
    expect(code).toBe(2)
    expect(runs.size).toBeGreaterThan(20)
  })
})

describe.skipIf(lacking.namespaces !== null)(
  `paths of the past are paths of the present${skipped(lacking.namespaces)}`,
  () => {
    test(
      'a folder in a variable and a printed path come out the same',
      async () => {
        const outside = await makeOutside({
          where: 'import os\nROOT = os.getcwd()',
          print: 'from pathlib import Path\nprint(f"saved {Path(\'out.txt\').resolve()}")',
          cd: '%cd -q .',
          gone: 'print(open(B + "/gone.txt").read(), open("changed.txt").read())',
        })
        await writeFile(join(outside.other, 'gone.txt'), 'here then')
        await mkdir(join(outside.project, 'deep'))
        await writeFile(join(outside.project, 'changed.txt'), 'as it was')
        const place = { cwd: outside.project, env: { YESTERDAY_PYTHON: python ?? '' } }
        await start(place, ['run', 'a.ipynb'])
        await rm(join(outside.other, 'gone.txt'))
        await writeFile(join(outside.project, 'changed.txt'), 'as it is')
        const { code, out } = await start(place, ['replay', 'a.ipynb', '--json'])
        expect(ReplayReport.parse(JSON.parse(out))).toMatchObject({ verdict: 'identical', problems: [] })
        expect(code).toBe(0)
        expect((await start(place, ['check'])).code).toBe(0)
        expect(await readFile(join(outside.project, 'changed.txt'), 'utf8')).toBe('as it is')
        await outside.remove()
      },
      seconds(600),
    )

    test(
      'the history, its keys and sockets of others are out of reach',
      async () => {
        const outside = await makeOutside({
          look: [
            'import os, socket',
            'def reaches(path):',
            '    with socket.socket(socket.AF_UNIX) as s:',
            '        return s.connect_ex(path) == 0',
            'print(sorted(os.listdir(".yesterday")), os.path.exists(".yesterday/key"))',
            'print(reaches(B + "/agent.sock"), len([n for n in os.listdir("/proc") if n.isdigit()]) < 10)',
          ].join('\n'),
        })
        const { createServer } = await import('node:net')
        const agent = createServer((socket) => socket.end()).listen(join(outside.other, 'agent.sock'))
        const place = { cwd: outside.project, env: { YESTERDAY_PYTHON: python ?? '' } }
        await start(place, ['run', 'a.ipynb'])
        const { out } = await start(place, ['replay', 'a.ipynb', '--json'])
        const step = ReplayReport.parse(JSON.parse(out)).steps.at(-1)
        const shown = await start(place, ['show', step?.replayRun ?? '', '--json'])
        const { outputs } = Shown.parse(JSON.parse(shown.out))
        // Only the folders that the kernel shares with the server; no key; no socket; few processes.
        const expected = "['kernels', 'scratch'] False\nFalse True\n"
        expect(outputs.map(({ digest }) => digest)).toEqual([digestOf(expected)])
        agent.close()
        await outside.remove()
      },
      seconds(600),
    )
  },
)
