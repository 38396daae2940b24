/** Signed heads: a rewritten chain, a cut end and an older copy in its place are noticed. */
import { cp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { entryDigest, GENESIS, hex, linkHash } from '../../src/store/chain/links.ts'
import { checkProof, Proof } from '../../src/store/chain/proof.ts'
import { signingKey } from '../../src/store/chain/signing-key.ts'
import { storePaths } from '../../src/store/project-folder.ts'
import { bytes, integer, text } from '../../src/store/row.ts'
import { userFolder } from '../../src/user/user-folder.ts'
import { workspaceOf } from '../../src/user/workspace.ts'
import { ada, at, edge, ended, queued, sessionStarted } from './entries.ts'
import { newPlace, type SqlitePlace } from './sqlite-place.ts'

let place: SqlitePlace
beforeEach(async () => {
  place = await newPlace()
})
afterEach(() => place.remove())

async function add(run: string): Promise<void> {
  const store = await place.open()
  await store.objects.put(Buffer.from(`# ${run}`))
  await store.runs.append([queued(run, 's'), ended(run, 1, { generated: [edge('x')] })])
  await store.close()
}

async function problems(): Promise<readonly string[]> {
  const store = await place.open()
  return (await store.check().finally(() => store.close())).problems
}

/** What an attacker with another key does: every link and every head is made again. */
function rewrite(change: (body: string) => string): void {
  const forger = signingKey(Buffer.alloc(32, 7))
  const db = new DatabaseSync(storePaths(place.root).database)
  let previous: Uint8Array = GENESIS
  const rows = db
    .prepare('SELECT log.seq AS seq, body, salt FROM log JOIN chain ON chain.seq = log.seq')
    .all()
  for (const row of rows) {
    const [seq, body, salt] = [integer(row, 'seq'), change(text(row, 'body')), bytes(row, 'salt')]
    const digest = entryDigest(salt, body)
    previous = linkHash(previous, seq, digest)
    db.prepare('UPDATE log SET body = ? WHERE seq = ?').run(body, seq)
    db.prepare('UPDATE chain SET digest = ?, hash = ? WHERE seq = ?').run(digest, previous, seq)
    const head = forger.sign({ type: 'chain-head', seq, hash: hex(previous), at: at(9) })
    db.prepare('UPDATE heads SET body = ? WHERE seq = ?').run(JSON.stringify(head), seq)
  }
  db.close()
}

test('a chain that was rewritten whole, and signed with another key, is noticed', async () => {
  await add('run1')
  await add('run2')
  expect(await problems()).toEqual([])
  rewrite((body) => body.replace('"outcome":"ok"', '"outcome":"error"'))
  place.change("UPDATE runs SET outcome = 'error', summary = replace(summary, '\"ok\"', '\"error\"')")
  expect(await problems()).toEqual([expect.stringMatching(/chain was rewritten: at entry 4 .* signed here/)])
})

test('a head that does not fit the chain is noticed without the memory of this user', async () => {
  await add('run1')
  await add('run2')
  await rm(join(userFolder(), 'heads'), { recursive: true })
  place.change('UPDATE heads SET body = (SELECT body FROM heads WHERE seq = 2) WHERE seq = 4')
  expect(await problems()).toEqual(['the head at entry 4 has no valid signature'])
})

test('an end that was cut off, and an older copy of the whole history, are noticed', async () => {
  await add('run1')
  const { database } = storePaths(place.root)
  await cp(database, `${database}.older`)
  await add('run2')
  place.change('PRAGMA wal_checkpoint(TRUNCATE)')
  await rm(`${database}-wal`, { force: true })
  await cp(`${database}.older`, database)
  expect(await problems()).toEqual([
    expect.stringMatching(/the log ends before entry 4, which was signed here/),
  ])
})

test('what a killed program left unsigned is signed by the next one', async () => {
  await add('run1')
  place.change('DELETE FROM heads')
  await (await place.open()).close()
  const store = await place.open()
  expect((await store.check()).signed?.entry).toBe(2)
  await store.close()
})

test('the head that this user remembers is for them alone', async () => {
  await add('run1')
  const workspace = workspaceOf(storePaths(place.root).folder)
  const file = join(userFolder(), 'heads', `${workspace.kind === 'own' ? workspace.id : ''}.json`)
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ seq: 2 })
})

test('a proof holds by itself, and no change of it does', async () => {
  await add('run1')
  await add('run2')
  const store = await place.open()
  await store.runs.append([sessionStarted('s')])
  const proving = await store.prove('run1')
  expect(await store.prove('run3')).toBeNull()
  await store.runs.append([queued('run3', 's'), ended('run3', 3)])
  expect(await store.prove('run3')).toEqual({ kind: 'unsigned', seq: 6 })
  await store.close()
  const proof = Proof.parse(proving?.kind === 'proof' ? JSON.parse(JSON.stringify(proving.proof)) : null)
  expect(checkProof(proof)).toMatchObject({ problems: [], head: { seq: 2 } })
  expect(checkProof({ ...proof, run: 'run2' }).problems).not.toEqual([])
  const json = JSON.stringify(proof)
  // Every digit and letter counts, but those of names that nothing reads.
  for (let position = json.indexOf('"entries"') + 12; position < json.length; position += 7) {
    const letter = json[position] ?? ''
    if (!/[0-9a-f]/.test(letter)) continue
    const other = `${json.slice(0, position)}${letter === '0' ? '1' : '0'}${json.slice(position + 1)}`
    expect(isProven(other), `position ${position}: ${json.slice(position - 30, position + 10)}`).toBe(false)
  }
})

function isProven(json: string): boolean {
  try {
    return checkProof(Proof.parse(JSON.parse(json))).problems.length === 0
  } catch {
    return false
  }
}

test('the proof of a redacted run holds the record of the redaction', async () => {
  await add('run1')
  const store = await place.open()
  const entries = [{ seq: 2, entry: ended('run1', 1, { generated: [edge('x')], death: '***' }) }]
  await store.runs.redact({ entries, objects: [], by: ada, at: at(50), reason: 'a name' })
  await store.close()
  const reading = await place.open()
  const proving = await reading.prove('run1')
  await reading.close()
  const proof = Proof.parse(proving?.kind === 'proof' ? proving.proof : null)
  const proven = checkProof(proof)
  expect(proven.problems).toEqual([])
  expect(proven.entries.map(({ redacted }) => redacted)).toEqual([false, true])
  const without = proof.entries.filter(({ body }) => !body.includes('entries-redacted'))
  expect(checkProof({ ...proof, entries: without }).problems).toEqual([
    expect.stringContaining('entry 2 was changed'),
  ])
})
