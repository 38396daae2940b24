/** The commands as a person or a script starts them: exit codes, refusals, and what is left behind. */
import { lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ReplayPlan, ReplayReport, RestoreReport, SinceReport } from '../../contract/replay.ts'
import { seconds } from '../../setup/patience.js'
import { start } from '../cli/program.ts'
import { makeProject, python, whySkipped } from '../session/house.ts'

const cells = {
  // So long that to load what it made is quicker on any machine.
  load: 'rows = [int(line) for line in open("x.csv")]\n__import__("time").sleep(0.5)',
  write: 'with open("sum.txt", "w") as file:\n    file.write(str(sum(rows)))',
  read: 'print(open("sum.txt").read())',
}
const RunLine = z.object({ run: z.string(), cellId: z.string() })
const Refused = z.object({ error: z.object({ code: z.string() }) })

describe.skipIf(python === null)(`running the past again${whySkipped}`, () => {
  let root = ''
  const said = (...words: readonly string[]) =>
    start({ cwd: root, env: { JUPYTER_PATH: join(root, 'jupyter') } }, words)
  const runs = async (): Promise<ReadonlyMap<string, string>> => {
    const { out } = await said('run', 'a.ipynb', '--kernel', 'tested', '--json', '--allow-errors')
    const lines = out
      .trim()
      .split('\n')
      .map((line) => RunLine.parse(JSON.parse(line)))
    return new Map(lines.map(({ run, cellId }) => [cellId, run]))
  }
  let first: ReadonlyMap<string, string> = new Map()
  const runOf = (cell: string) => first.get(cell) ?? ''

  beforeAll(async () => {
    root = await makeProject(cells)
    await writeFile(join(root, 'x.csv'), '1\n2\n')
    const spec = join(root, 'jupyter', 'kernels', 'tested')
    await mkdir(spec, { recursive: true })
    const argv = [python, '-m', 'ipykernel_launcher', '-f', '{connection_file}']
    const kernel = { argv, display_name: 'Tested', language: 'python' }
    await writeFile(join(spec, 'kernel.json'), JSON.stringify(kernel))
    first = await runs()
  }, seconds(300))
  afterAll(() => rm(root, { recursive: true, maxRetries: 5 }))

  test(
    'a replay gives the file as it was, and touches none on disk',
    async () => {
      await writeFile(join(root, 'x.csv'), '5\n')
      await writeFile(join(root, 'sum.txt'), 'mine')
      const planned = await said('replay', 'a.ipynb', '--dry-run', '--json')
      expect(ReplayPlan.parse(JSON.parse(planned.out)).files).toMatchObject([
        { name: 'x.csv', from: 'store' },
        { name: 'sum.txt', from: 'made' },
      ])
      const { code, out } = await said('replay', 'a.ipynb', '--diff', '--json')
      expect(ReplayReport.parse(JSON.parse(out))).toMatchObject({ verdict: 'identical', problems: [] })
      const lines = [
        { type: 'removed', text: 'mine' },
        { type: 'added', text: '3' },
      ]
      expect(JSON.parse(out).diffs).toEqual({ 'sum.txt': { parts: [lines], rest: 0, why: null } })
      expect(code).toBe(0)
      expect(await readFile(join(root, 'sum.txt'), 'utf8')).toBe('mine')
      expect(await readFile(join(root, 'x.csv'), 'utf8')).toBe('5\n')
      expect(await readdir(join(root, '.yesterday', 'scratch'))).toEqual([])
      expect((await said('log', '--json')).out.trim().split('\n')).toHaveLength(3)
    },
    seconds(300),
  )

  test(
    'absolute paths, in the project and outside, are led into the copy',
    async () => {
      const project = await makeProject({})
      const outside = `${project}-outside.txt`
      const cells = [
        `print(open("${project}/in.txt").read())`,
        `open("${project}/made.txt", "w").write("made")`,
        `print(open("${project}/made.txt").read())`,
        `open("${outside}", "w").write("made")`,
      ]
      const cellForms = cells.map((source, place) => ({
        cell_type: 'code',
        id: `c${place}`,
        source,
        metadata: {},
        outputs: [],
        execution_count: null,
      }))
      const notebook = { cells: cellForms, metadata: {}, nbformat: 4, nbformat_minor: 5 }
      await writeFile(join(project, 'a.ipynb'), JSON.stringify(notebook))
      await writeFile(join(project, 'in.txt'), 'then')
      const spec = { cwd: project, env: { JUPYTER_PATH: join(root, 'jupyter') } }
      await start(spec, ['run', 'a.ipynb', '--kernel', 'tested'])
      const files = [join(project, 'in.txt'), join(project, 'made.txt'), outside]
      for (const file of files) await writeFile(file, 'mine')
      const { out } = await start(spec, ['replay', 'a.ipynb', '--json'])
      expect(ReplayReport.parse(JSON.parse(out))).toMatchObject({ verdict: 'identical', problems: [] })
      for (const file of files) expect(await readFile(file, 'utf8')).toBe('mine')
      await rm(project, { recursive: true, maxRetries: 5 })
      await rm(outside)
    },
    seconds(300),
  )

  test(
    'a run is repeated with what it needs, a version with all that made it',
    async () => {
      const project = await makeProject({ made: 'd = {"a": 1}', b: 'd["b"] = 2', c: 'd["c"] = 3' })
      const spec = { cwd: project, env: { JUPYTER_PATH: join(root, 'jupyter') } }
      const ran = await start(spec, ['run', 'a.ipynb', '--kernel', 'tested', '--json'])
      const { run } = RunLine.parse(JSON.parse(ran.out.trim().split('\n').at(-1) ?? ''))
      const replayed = async (target: string) => {
        const { out } = await start(spec, ['replay', target, '--json'])
        return ReplayReport.parse(JSON.parse(out))
      }
      const inPart = { cellId: 'c', versions: [{ name: 'd', verdict: 'in part' }] }
      expect(await replayed(run)).toMatchObject({ verdict: 'identical', steps: [{ cellId: 'made' }, inPart] })
      const whole = { cellId: 'c', versions: [{ name: 'd', verdict: 'identical' }] }
      expect(await replayed(`${run}:d`)).toMatchObject({
        verdict: 'identical',
        steps: [{ cellId: 'made' }, { cellId: 'b' }, whole],
      })
      await rm(project, { recursive: true, maxRetries: 5 })
    },
    seconds(300),
  )

  test(
    'a cell that never ends is ended',
    async () => {
      const slow = 'import time\nwhile True:\n    time.sleep(0.1)'
      const project = await makeProject({ slow })
      const spec = { cwd: project, env: { JUPYTER_PATH: join(root, 'jupyter') } }
      await start(spec, ['run', 'a.ipynb', '--kernel', 'tested', '--timeout', '1'])
      const { code, out } = await start(spec, ['replay', 'a.ipynb', '--timeout', '1', '--json'])
      const report = ReplayReport.parse(JSON.parse(out))
      expect(report.steps).toMatchObject([{ cellId: 'slow' }])
      expect(code).toBe({ identical: 0, equal: 0, different: 1, failed: 2 }[report.verdict])
      await rm(project, { recursive: true, maxRetries: 5 })
    },
    seconds(300),
  )

  test(
    'what it was since is found and proved, checked and restored',
    async () => {
      const second = await runs()
      const asked = await said('since', second.get('read') ?? '', '--prove', '--json')
      expect(SinceReport.parse(JSON.parse(asked.out))).toMatchObject({
        good: runOf('read'),
        proof: { explanation: ['file:x.csv'] },
        words: 'One change explains it: x.csv.',
      })
      expect(asked.code).toBe(0)
      const checked = await said('check', '--json')
      expect(JSON.parse(checked.out)).toMatchObject({
        notebook: 'a.ipynb',
        verdict: 'identical',
        different: [],
      })
      expect(checked.code).toBe(0)
      const restored = await said('restore', runOf('read'), '--no-keep', '--json')
      const { variables } = RestoreReport.parse(JSON.parse(restored.out))
      expect(variables).toContainEqual({ name: 'rows', result: 'restored', why: null })
      expect(restored.code).toBe(0)
      expect(JSON.parse((await said('kernels', '--json')).out)).toMatchObject({ kernels: [] })
    },
    seconds(300),
  )

  test.skipIf(process.platform === 'win32')('what is kept is for its owner alone', async () => {
    const kept = await readdir(join(root, '.yesterday'), { recursive: true })
    const modes = await Promise.all(
      kept.map(async (name) => (await lstat(join(root, '.yesterday', name))).mode),
    )
    expect(kept.filter((_, place) => ((modes[place] ?? 0) & 0o077) !== 0)).toEqual([])
  })

  test.each([
    [['replay', 'ffff'], 'no-run'],
    [['replay', 'session:ffff'], 'no-session'],
    [['replay', 'other.ipynb'], 'never-run'],
    [['since', 'nothing'], 'no-run'],
    [['restore', 'ffff'], 'no-run'],
    [['check', 'other.ipynb'], 'never-run'],
  ])('%j is refused: %s', async (words, code) => {
    const answer = await said(...words, '--json')
    expect(Refused.parse(JSON.parse(answer.out)).error.code).toBe(code)
    expect(answer.code).toBe(2)
  })

  test('a run without an earlier good one, and a comparison that is none, are refused', async () => {
    const alone = await said('since', runOf('load'), '--json')
    expect(Refused.parse(JSON.parse(alone.out)).error.code).toBe('no-good-run')
    const nonsense = await said('since', runOf('load'), '--where', 'acc is good', '--json')
    expect(Refused.parse(JSON.parse(nonsense.out)).error.code).toBe('bad-where')
  })

  test(
    'bytes that are gone or damaged are said, and what needs them is not run',
    async () => {
      const { DatabaseSync } = await import('node:sqlite')
      const db = new DatabaseSync(join(root, '.yesterday', 'history.db'))
      db.prepare("DELETE FROM blobs WHERE bytes = CAST('1\n2\n' AS BLOB)").run()
      db.close()
      const { code, out } = await said('replay', runOf('read'), '--json')
      const report = ReplayReport.parse(JSON.parse(out))
      expect(report.plan.steps.map(({ action }) => action)).toEqual(['cannot', 'cannot', 'cannot'])
      expect(report).toMatchObject({ verdict: 'failed', cause: expect.stringContaining('x.csv') })
      expect(code).toBe(2)
    },
    seconds(300),
  )
})
