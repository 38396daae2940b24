/** Rooms under load, next to y-websocket's own server in the same minutes. */
import { writeNotebook } from '../support/notebook-file.ts'
import { signIn } from '../support/peer.ts'
import { newFolder, removeFolder, startProgram } from '../support/program.ts'
import { type Figure, percentile } from './figures.ts'
import { documentOf, ownRoom, seedRoom, startReference } from './references.ts'
import { type Load, type LoadTimes, roomTimes } from './room-load.ts'

type Crowd = Omit<Load, 'url' | 'headers' | 'document' | 'named'> & {
  readonly name: string
  readonly goal: number
}

const SECONDS = 15
const crowds: readonly Crowd[] = [
  {
    name: '200 editors at 1 edit/s, cursors',
    editors: 200,
    observers: 0,
    rate: 1,
    seconds: SECONDS,
    cursors: true,
    goal: 100,
  },
  {
    name: '200 editors at 1 edit/s, no cursors',
    editors: 200,
    observers: 0,
    rate: 1,
    seconds: SECONDS,
    cursors: false,
    goal: 100,
  },
  {
    name: '1 editor at 5 edits/s, 500 observers',
    editors: 1,
    observers: 500,
    rate: 5,
    seconds: SECONDS,
    cursors: true,
    goal: 50,
  },
]

/** An edit's way to every other client, for each crowd; and how many did not arrive. */
export async function* roomFigures(): AsyncGenerator<Figure> {
  const folder = await newFolder()
  await writeNotebook(folder, 'one.ipynb', ['1'])
  const [program, reference] = await Promise.all([startProgram(folder), startReference('y-websocket')])
  try {
    const cookie = await signIn(program.url)
    for (const [n, crowd] of crowds.entries()) {
      const document = await documentOf(program, cookie)
      const room = { url: `${reference.url}/room-${n}`, headers: {}, named: null }
      const leave = await seedRoom(room, document)
      const baseline = await roomTimes({ ...crowd, ...room, document })
      leave()
      const times = await roomTimes({ ...crowd, ...(await ownRoom(program, cookie)), document })
      yield* figuresOf(crowd, times, baseline)
    }
  } finally {
    reference.end()
    await program.stop()
    await removeFolder(folder)
  }
}

function* figuresOf({ name, goal }: Crowd, times: LoadTimes, baseline: LoadTimes): Generator<Figure> {
  const lost = times.undelivered === 0 ? '' : `, ${times.undelivered} UNDELIVERED`
  for (const p of [50, 99]) {
    yield {
      name: `${name}, p${p}${lost}`,
      value: percentile(times.delivered, p),
      baseline: percentile(baseline.delivered, p),
      baselineName: 'y-websocket server',
      goal: p === 99 ? goal : null,
    }
  }
}
