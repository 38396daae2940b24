/**
 * A process that writes to the store in `argv[2]` as fast as it can, many calls at a time, and says what has settled:
 * a line `run <id>`, `update <number>` or `object <digest>` for each. `argv[3]` names its runs; `argv[4]` is their count.
 */
import { randomBytes } from 'node:crypto'
import { writeSync } from 'node:fs'
import { openStore } from '../../src/store/open-store.ts'
import { edge, ended, queued, sessionStarted } from './entries.ts'

const [, , root = '', name = '', count = '0'] = process.argv
const AT_ONCE = 8

const store = await openStore({ root })
const say = (what: string) => writeSync(1, `${what}\n`)
await store.runs.append([sessionStarted(name)])
await store.updates.create({ documentId: name, epoch: 'e', path: `${name}.ipynb`, seed: new Uint8Array([0]) })

async function one(place: number): Promise<void> {
  const run = `${name}-${place}`
  const source = `# ${run}`
  const object = await store.objects.put(place % 3 === 0 ? randomBytes(9000) : Buffer.from(source))
  say(`object ${object}`)
  await store.objects.put(Buffer.from(source))
  await store.runs.append([
    queued(run, name, { source }),
    ended(run, place, { generated: [edge(`x${place % 7}`)] }),
  ])
  say(`run ${run}`)
  await store.updates.append(name, [new TextEncoder().encode(String(place))])
  say(`update ${place}`)
}

const places = Array.from({ length: Number(count) }, (_, place) => place).values()
const lane = async () => {
  for (const place of places) await one(place)
}
await Promise.all(Array.from({ length: AT_ONCE }, lane))
await store.close()
say('done')
