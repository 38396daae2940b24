/** A notebook that asks a person, replayed without one. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ReplayReport } from '../../contract/replay.ts'
import { seconds } from '../../setup/patience.js'
import { start } from '../cli/program.ts'
import { ada, isIdle, makeProject, openHouse, python, untilView, whySkipped } from '../session/house.ts'
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
