/** Replays and restorations of an ordinary user, who gets namespaces through a user namespace alone. */
import { describe, expect, test } from 'vitest'
import { ReplayReport, RestoreReport } from '../../contract/replay.ts'
import { seconds } from '../../setup/patience.js'
import { python } from '../session/house.ts'
import { makeOutside, ways } from './hermetic.ts'
import { asOrdinaryUser, whyNoOrdinaryUser } from './ordinary-user.ts'

const why = python === null ? 'no Python with ipykernel' : whyNoOrdinaryUser()

describe.skipIf(why !== null)(`an ordinary user${why === null ? '' : ` (skipped: ${why})`}`, () => {
  test(
    'replays and restores in namespaces, and nothing is touched',
    async () => {
      const { imports = '', open = '', shell = '', shellRemoves = '', sqlite = '', libc = '' } = ways
      const start = imports.replace('\nimport pandas as pd', '')
      const cells = { imports: start, open, shell, shellRemoves, sqlite, libc, last: 'total = len(A)' }
      const outside = await makeOutside(cells)
      const folder = outside.project.replace(/\/project$/, '')
      const said = async (...words: readonly string[]) => {
        const { out, err } = await asOrdinaryUser(folder, [...words, '--root', outside.project, '--json'], {
          YESTERDAY_PYTHON: python ?? '',
        })
        return { out, err }
      }
      const ran = await said('run', `${outside.project}/a.ipynb`)
      const last: unknown = JSON.parse(ran.out.trim().split('\n').at(-1) ?? ran.err)
      await outside.disturb()
      const before = await outside.files()
      const replayed = await said('replay', `${outside.project}/a.ipynb`)
      const report = ReplayReport.parse(JSON.parse(replayed.out))
      expect(report).toMatchObject({ problems: [], isolation: { name: 'namespaces' } })
      // A table of a connection that is closed has no settled name.
      const others = report.steps.filter(({ cellId }) => cellId !== 'sqlite')
      expect(others.flatMap(({ cellId, why }) => (why === null ? [] : [[cellId, why]]))).toEqual([])
      expect(report.written.map(({ change }) => change)).toContain('deleted')
      const run = typeof last === 'object' && last !== null && 'run' in last ? String(last.run) : ''
      const restored = await said('restore', run, '--no-keep', '--recompute')
      const { variables, problems } = RestoreReport.parse(JSON.parse(restored.out))
      expect(problems).toEqual([])
      expect(variables.find(({ name }) => name === 'total')).toMatchObject({ result: 'recomputed' })
      expect(await outside.files()).toEqual(before)
      await outside.remove()
    },
    seconds(600),
  )
})
