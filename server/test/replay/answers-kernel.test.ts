/** A notebook that asks a person, or has widgets that a person sets, replayed without one. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ReplayReport } from '../../contract/replay.ts'
import { seconds } from '../../setup/patience.js'
import { perform } from '../../src/session/commands.ts'
import { start } from '../cli/program.ts'
import {
  ada,
  isIdle,
  makeProject,
  openHouse,
  outputsOf,
  python,
  runAll,
  untilView,
  whySkipped,
} from '../session/house.ts'
import { makeSpec } from './tested-spec.ts'

const cells = {
  name: "name = input('who? ')\nprint('hello', name)",
  word: "import getpass\nword = getpass.getpass('word: ')\nprint(len(word))",
}

test.skipIf(python === null)(
  `answers are given again, passwords are not${whySkipped}`,
  async () => {
    const root = await makeProject(cells)
    await answerAll(root, { name: 'Grace', word: 'Xk29!mWq7#Lp' })
    await makeSpec(root)
    const said = (...words: readonly string[]) =>
      start({ cwd: root, env: { JUPYTER_PATH: join(root, 'jupyter') } }, words)
    const log = await said('log', 'a.ipynb', '--json')
    const runs = log.out
      .trim()
      .split('\n')
      .map((line): string => JSON.parse(line).run)
    const [asked, typed] = [runs.at(0) ?? '', runs.at(1) ?? '']

    expect((await said('show', typed)).out).toContain("answer to 'who? '")
    const again = ReplayReport.parse(JSON.parse((await said('replay', typed, '--json')).out))
    expect(again).toMatchObject({ verdict: 'identical', problems: [] })

    const without = await said('replay', asked, '--json')
    expect(without.out).toContain('answers to password prompts are never stored')
    expect(log.out + without.out + (await said('show', asked, '--json')).out).not.toContain('Xk29')
    await rm(root, { recursive: true, maxRetries: 5 })
  },
  seconds(120),
)

test.skipIf(python === null)(
  `what a person set with a widget is set again, by whom is shown${whySkipped}`,
  async () => {
    const root = await makeProject({
      a: 'import ipywidgets\nalpha = ipywidgets.FloatSlider()\nalpha',
      b: 'print("alpha is", alpha.value)',
    })
    const house = await openHouse(root)
    const { id, doc, session } = await house.open()
    const visit = await house.sessions.visit(id)
    if (visit === null) throw new Error('the notebook is gone')
    await runAll(session, ['a'])
    const shown = JSON.parse(JSON.stringify(outputsOf(doc, 'a')[0])).data
    const model = String(shown['application/vnd.jupyter.widget-view+json'].model_id)
    await session.widgets.known([model])
    const data = { method: 'update', state: { value: 0.5 }, buffer_paths: [] }
    const content = { comm_id: model, data }
    const sent = await perform(
      visit,
      { id: '1', type: 'comm', msgType: 'comm_msg', content, metadata: { yesterday: { by: 'Mallory' } } },
      ada,
    )
    expect(sent).toEqual({ type: 'accepted', id: '1' })
    await runAll(session, ['b'])
    await session.settled()
    await house.close()

    await makeSpec(root)
    const said = (...words: readonly string[]) =>
      start({ cwd: root, env: { JUPYTER_PATH: join(root, 'jupyter') } }, words)
    const log = await said('log', 'a.ipynb', '--json')
    const run: string = JSON.parse(log.out.trim().split('\n')[0] ?? '').run
    const receipt = (await said('show', run)).out
    expect(receipt).toContain('widget alpha.value')
    expect(receipt).toContain(`set by ${ada.name}`)
    const again = ReplayReport.parse(JSON.parse((await said('replay', run, '--json')).out))
    expect(again).toMatchObject({ verdict: 'identical', problems: [] })
    await rm(root, { recursive: true, maxRetries: 5 })
  },
  seconds(120),
)

/** Runs each cell and answers what it asks. */
async function answerAll(root: string, answers: Readonly<Record<string, string>>): Promise<void> {
  const house = await openHouse(root)
  const { session } = await house.open()
  for (const [cell, answer] of Object.entries(answers)) {
    await session.run([cell], ada)
    await untilView(session, (view) => view.prompt !== null)
    session.input(session.view().prompt?.run ?? '', answer)
    await untilView(session, isIdle)
    await session.settled()
  }
  await house.close()
}
