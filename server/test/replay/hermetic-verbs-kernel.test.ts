/**
 * `check`, `since --prove` and `restore` under each isolation that is weaker than namespaces (which hermetic-kernel.test.ts
 * tries): the present is untouched, each verdict names its isolation, and with none a step is refused by name.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type IsolationName, RestoreReport, SinceReport } from '../../contract/replay.ts'
import { seconds } from '../../setup/patience.js'
import { chooseIsolation } from '../../src/replay/isolation/members.ts'
import { isRefused } from '../../src/replay/targets.ts'
import { start } from '../cli/program.ts'
import { python, whySkipped } from '../session/house.ts'
import { makeOutside, type Outside, sends, ways } from './hermetic.ts'

const RunLine = z.object({ run: z.string(), cellId: z.string(), outcome: z.string() })
const CheckLine = z.object({
  verdict: z.string(),
  isolation: z.string(),
  different: z.array(z.object({ cell: z.number().nullable(), why: z.string().nullable() })),
})

/** Writers in Python, in C and by programs, and all that sends; each leaves a variable that the last cell uses. */
const PICKED = [
  'pandas',
  'sqlite',
  'open',
  'relative',
  'unlink',
  'shell',
  'shellRemoves',
  'system',
  'subprocess',
  'libc',
]
const picked = [...PICKED.map((id) => [id, ways[id] ?? ''] as const), ...Object.entries(sends)]
const CELLS = {
  imports: ways.imports ?? '',
  ...Object.fromEntries(picked.map(([id, source]) => [id, `${source}\nx_${id} = 1`])),
  echo: 'lines = !echo made',
  last: `total = len(lines) + ${picked.map(([id]) => `x_${id}`).join(' + ')}\nprint(total)`,
}

async function whyNot(name: IsolationName): Promise<string | null> {
  if (python === null) return 'no Python'
  const chosen = await chooseIsolation({ python, forced: name, network: false })
  return isRefused(chosen) ? chosen.refused.message : null
}
const lacksLandlock = await whyNot('landlock')

describe.skipIf(python === null)(`verbs that run the past again${whySkipped}`, () => {
  let outside: Outside
  let last = ''
  const said = (isolation: string, ...words: readonly string[]) => {
    const env = { YESTERDAY_PYTHON: python ?? '', YESTERDAY_ISOLATION: isolation }
    return start({ cwd: outside.project, env }, [...words, '--json'])
  }

  beforeAll(async () => {
    outside = await makeOutside(CELLS)
    const { out, err } = await said('', 'run', 'a.ipynb')
    const ended = out
      .trim()
      .split('\n')
      .map((line) => RunLine.parse(JSON.parse(line)))
    expect(
      ended.filter(({ outcome }) => outcome !== 'ok'),
      err,
    ).toEqual([])
    last = ended.at(-1)?.run ?? ''
    expect(outside.requests).toEqual(['/raw', '/program', '/request'])
    await outside.disturb()
  }, seconds(300))
  afterAll(() => outside?.remove())

  /** What the verb changed in the two folders, and what it sent. */
  async function touchedBy<T>(verb: () => Promise<T>): Promise<readonly [T, readonly string[]]> {
    const [files, count] = [await outside.files(), outside.requests.length]
    const done = await verb()
    const now = await outside.files()
    const changed = Object.keys({ ...files, ...now }).filter((name) => files[name] !== now[name])
    return [done, [...changed, ...outside.requests.slice(count)]]
  }

  for (const [name, lacking] of [
    ['landlock', lacksLandlock],
    ['none', null],
  ] as const)
    test.skipIf(lacking !== null)(
      `${name}: nothing of the present is touched${lacking === null ? '' : ` (skipped: ${lacking})`}`,
      async () => {
        const [checked, byCheck] = await touchedBy(() => said(name, 'check'))
        expect(byCheck).toEqual([])
        const line = CheckLine.parse(JSON.parse(checked.out))
        expect(line).toMatchObject({ isolation: name, verdict: 'failed' })

        const [proved, bySince] = await touchedBy(() => said(name, 'since', last, '--good', last, '--prove'))
        expect(bySince).toEqual([])
        expect(SinceReport.parse(JSON.parse(proved.out)).proof?.isolation?.name).toBe(name)

        const [restored, byRestore] = await touchedBy(() =>
          said(name, 'restore', last, '--no-keep', '--recompute'),
        )
        expect(byRestore).toEqual([])
        const { variables, isolation } = RestoreReport.parse(JSON.parse(restored.out))
        expect(isolation.name).toBe(name)
        const results = Object.fromEntries(variables.map((one) => [one.name, one]))
        expect(results.A?.result).toBe('recomputed')
        if (name !== 'none') return
        // Each step that reached outside is refused by its name, with the option that allows it.
        const why = line.different.map((step) => step.why ?? '').join('\n')
        for (const option of ['--allow-writes', "--allow-program 'echo made'", '--allow-sending 127.0.0.1'])
          expect(why).toContain(option)
        expect(results.lines).toMatchObject({
          result: 'not restorable',
          why: expect.stringContaining("--allow-program 'echo made'"),
        })
      },
      seconds(600),
    )
})

describe.skipIf(python === null)(`what is allowed by name, where nothing isolates${whySkipped}`, () => {
  test(
    'check, since --prove and restore start the program that is named, and no other',
    async () => {
      const outside = await makeOutside({
        lines: 'lines = !echo made',
        more: 'more = !echo more',
        last: 'total = len(lines) + len(more)\nprint(total)',
      })
      const env = { YESTERDAY_PYTHON: python ?? '', YESTERDAY_ISOLATION: 'none' }
      const said = (...words: readonly string[]) => start({ cwd: outside.project, env }, [...words, '--json'])
      const ran = await said('run', 'a.ipynb')
      const last = RunLine.parse(JSON.parse(ran.out.trim().split('\n').at(-1) ?? '')).run
      const one = ['--allow-program', 'echo made']
      const both = ['--allow-program', 'echo']
      const check = async (...allowed: readonly string[]) =>
        CheckLine.parse(JSON.parse((await said('check', ...allowed)).out)).verdict
      expect([await check(...one), await check(...both)]).toEqual(['failed', 'identical'])

      const prove = async (...allowed: readonly string[]) => {
        const { out } = await said('since', last, '--good', last, '--prove', ...allowed)
        return SinceReport.parse(JSON.parse(out)).proof?.trials[0]
      }
      const refused = await prove(...one)
      expect(refused?.words).toContain("--allow-program 'echo more'")
      expect(refused?.words).not.toContain('echo made')
      expect((await prove(...both))?.explains).toBe(true)

      const restore = async (...allowed: readonly string[]) => {
        const { out } = await said('restore', last, '--no-keep', '--recompute', ...allowed)
        const { variables } = RestoreReport.parse(JSON.parse(out))
        const results = Object.fromEntries(variables.map(({ name, result }) => [name, result]))
        return [results.lines, results.more]
      }
      expect(await restore(...one)).toEqual(['recomputed', 'not restorable'])
      expect(await restore(...both)).toEqual(['recomputed', 'recomputed'])

      for (const verb of [['check'], ['since', last], ['restore', last]])
        for (const option of ['--allow-program', '--allow-sending']) {
          const { code, out } = await said(...verb, option)
          expect({ code, answer: JSON.parse(out) }).toMatchObject({
            code: 2,
            answer: { error: { code: 'no-name' } },
          })
        }
      await outside.remove()
    },
    seconds(600),
  )
})
