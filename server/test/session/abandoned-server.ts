/** A server that runs all cells of `a.ipynb` and never stops by itself, to be killed: `node abandoned-server.ts ROOT`. */
import { cellId, cellsOf } from '../../contract/document.ts'
import { ada, openHouse } from './house.ts'

const house = await openHouse(process.argv[2] ?? '')
const { session, doc } = await house.open()
session.events.on('recorded', ({ outcome }, { cell }) => process.stdout.write(`${cell} ${outcome}\n`))
const refusal = await session.run(cellsOf(doc).toArray().map(cellId), ada)
process.stdout.write(`queued ${refusal}\n`)
setInterval(() => undefined, 1_000_000)
