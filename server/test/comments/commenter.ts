/**
 * A process that comments on `a.ipynb` of the project in `argv[2]` as fast as it can, and prints each comment that has
 * settled: `thread <id>`, `reply <thread> <text>`, `deleted <thread>`.
 */
import { writeSync } from 'node:fs'
import { openCommented } from './place.ts'

const { comments, notebook } = await openCommented(process.argv[2] ?? '')
const ada = { id: 'ada', name: 'Ada' }
const say = (line: string): void => void writeSync(1, `${line}\n`)

async function one(place: number): Promise<void> {
  const begun = await comments.begin(notebook, ada, {
    anchor: { on: 'cell', cell: 'a' },
    text: `begin ${place}`,
  })
  if (!begun.ok) throw new Error(begun.refusal.message)
  const { id, comments: first } = begun.value
  say(`thread ${id}`)
  await comments.change(notebook, id, ada, { type: 'reply', text: `reply ${place}` })
  say(`reply ${id} reply ${place}`)
  if (place % 3 !== 0) return
  await comments.change(notebook, id, ada, { type: 'delete', comment: first[0]?.id ?? '' })
  say(`deleted ${id}`)
}

const places = Array.from({ length: 300 }, (_, place) => place).values()
const lane = async (): Promise<void> => {
  for (const place of places) await one(place)
}
await Promise.all([lane(), lane(), lane(), lane()])
say('done')
