/** `node test/replay/injected-all.ts`: every template with every cause, and the rate of what was found. */
import { python } from '../session/house.ts'
import { causes, inject, templates } from './injected.ts'

if (python === null) throw new Error('Set YESTERDAY_TEST_PYTHON to a Python with ipykernel')
const words = process.argv.slice(2)
let [asked, first, proved] = [0, 0, 0]
for (const template of templates) {
  for (const cause of causes) {
    if (words.length > 0 && !words.includes(cause) && !words.includes(template.name)) continue
    const outcome = await inject(python, template, cause)
    asked++
    first += Number(outcome.isFirst)
    proved += Number(outcome.isProved)
    const { report } = outcome
    const found =
      typeof report === 'string' ? report : `${report.causes.map(({ id }) => id).join(' ')} | ${report.words}`
    say(
      `${outcome.isFirst ? 'first ' : 'MISSED'} ${outcome.isProved ? 'proved' : 'UNPROVED'} ${cause} in ${template.name}: ${found}`,
    )
    if (!outcome.isProved && typeof report !== 'string')
      for (const { words: said } of report.proof?.trials ?? []) say(`         ${said}`)
  }
}
say(`${asked} injected: named first ${first} (${percent(first)}), proved ${proved} (${percent(proved)})`)

function percent(count: number): string {
  return `${((100 * count) / asked).toFixed(1)} %`
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
