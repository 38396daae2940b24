/**
 * `kill -9` of the server while an owner invites, changes, signs out and removes members, members comment, and a token is
 * revoked. What was answered holds in the next life: no member, role or comment is lost, and no right comes back. What was
 * not answered happened whole or not at all. `YESTERDAY_MEMBER_KILLS` is the number of rounds; the seed is that of the day.
 */
import { expect, test } from '@playwright/test'
import { seconds } from '../../server/setup/patience.js'
import { writeNotebook } from '../support/notebook-file.ts'
import { openNotebook, request, signIn } from '../support/peer.ts'
import {
  beginCommand,
  discard,
  newFolder,
  type Program,
  runCommand,
  startProgram,
} from '../support/program.ts'
import { seeded } from '../support/random.ts'
import { PASSWORD, type Role, sendForm, statusFor, TeamLedger, TeamOwner, tried } from '../support/team.ts'
import { ReadyTimes } from '../support/times.ts'

const ROUNDS = Number(process.env.YESTERDAY_MEMBER_KILLS ?? 4)
const DAY = Math.floor(Date.now() / (24 * 3600 * 1000))
const SEED = Number(process.env.YESTERDAY_KILL_SEED ?? DAY)
/** A notebook holds 1,000 threads: each round begins one. */
const ROUNDS_EACH_NOTEBOOK = 400
/** The kill comes within this time of the first request, ms. */
const ALIVE_MS = 1_500

interface Place {
  readonly folder: string
  /** The owner's. */
  readonly cookie: string
  readonly random: () => number
  readonly ledger: TeamLedger
  readonly tokens: Map<string, string>
  readonly revoked: string[]
  readonly ready: ReadyTimes
  steps: number
}

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))
const notebookOf = (round: number): string => `work-${Math.floor(round / ROUNDS_EACH_NOTEBOOK)}.ipynb`

interface Thread {
  readonly id: string
  readonly comments: readonly { readonly text: string }[]
}

/** Members reply in a thread of this life until the server is gone; some were removed, and must be refused. */
async function comment(
  { origin }: Program,
  place: Place,
  thread: string,
  isOver: () => boolean,
): Promise<void> {
  const { ledger, random } = place
  while (!isOver()) {
    const member = ledger.members[Math.floor(random() * ledger.members.length)]
    const cookie = member?.cookie ?? null
    if (member === undefined || cookie === null) {
      await wait(5)
      continue
    }
    const wasRemoved = member.role === null
    const text = `#${ledger.next++}#`
    const sent = await tried(() => request(origin, cookie, 'POST', thread, { type: 'reply', text }))
    if (sent.kind === 'killed') return
    if (sent.kind === 'refused') ledger.refused.add(text)
    else if (wasRemoved) throw new Error(`${member.name} was removed, and commented`)
    else ledger.written.add(text)
    place.steps++
  }
}

async function administer(program: Program, place: Place): Promise<void> {
  const owner = new TeamOwner(program.origin, place.cookie, place.ledger, place.random)
  while (await owner.step()) place.steps++
}

/** A token is revoked by the command, which is killed together with the server. */
async function revoke(
  name: string,
  { folder, tokens, revoked }: Place,
  killed: Promise<void>,
): Promise<void> {
  const begun = beginCommand(['token', name, '--revoke', '--root', folder])
  const code = await Promise.race([begun.ended, killed.then(() => 'killed' as const)])
  if (code === 'killed') await begun.kill()
  const token = tokens.get(name)
  tokens.delete(name)
  if (code === 0 && token !== undefined) revoked.push(token)
}

/** One life: everyone is at work when it ends. */
async function live(program: Program, place: Place, round: number): Promise<void> {
  const { cookie, random, tokens } = place
  const { documentId } = await openNotebook(program.origin, cookie, notebookOf(round))
  const path = `/api/notebooks/${documentId}/comments`
  const anchor = { on: 'cell', cell: 'c1' }
  const opened = await request(program.origin, cookie, 'POST', path, { anchor, text: `round ${round}` })
  const { id } = opened as Thread
  const killed = Promise.withResolvers<void>()
  let isKilled = false
  const reply = () => comment(program, place, `${path}/${id}`, () => isKilled)
  const work = [administer(program, place), reply(), reply()]
  const [name] = tokens.keys()
  if (name !== undefined && round % 3 === 2) work.push(revoke(name, place, killed.promise))
  const all = Promise.all(work)
  await Promise.race([wait(50 + random() * ALIVE_MS), all])
  await program.kill()
  isKilled = true
  killed.resolve()
  await all
}

interface PeopleList {
  readonly members: readonly { readonly id: string; readonly name: string; readonly role: Role }[]
  readonly invitations: readonly { readonly id: string }[]
}

/** Everything promised holds, and what was in doubt is settled by what is there. */
async function audit(program: Program, place: Place, round: number): Promise<void> {
  const list = (await request(program.origin, place.cookie, 'GET', '/api/people')) as PeopleList
  await settleJoins(program, place.ledger, list)
  await settleMembers(program, place.ledger, list)
  const open = new Set(list.invitations.map(({ id }) => id))
  expect(
    [...place.ledger.spent].filter((id) => open.has(id)),
    'used invitations that are open',
  ).toEqual([])
  await revokeUnused(program, place, open)
  for (const cookie of place.ledger.ended.slice(-20))
    expect(await statusFor(program.origin, { cookie }), 'an ended session').toBe(401)
  for (const [name, token] of place.tokens)
    expect(await statusFor(program.origin, { authorization: `token ${token}` }), name).toBe(200)
  for (const token of place.revoked.slice(-10))
    expect(await statusFor(program.origin, { authorization: `token ${token}` }), 'a revoked token').toBe(401)
  await expectComments(program, place, round)
  await expectAudited(program, place)
}

/** Invitations whose answer was lost stay open, and a project has room for a limited number. */
async function revokeUnused(
  { origin }: Program,
  { cookie, ledger }: Place,
  open: ReadonlySet<string>,
): Promise<void> {
  for (const id of open) {
    await request(origin, cookie, 'DELETE', `/api/people/invitations/${id}`)
    ledger.spent.add(id)
  }
}

/** Of two who used one invitation, one is a member, or the invitation is still open. */
async function settleJoins(
  { origin }: Program,
  ledger: TeamLedger,
  { members, invitations }: PeopleList,
): Promise<void> {
  for (const { invitation, role, names } of ledger.joins.splice(0)) {
    const made = members.filter(({ name }) => names.includes(name))
    const isOpen = invitations.some(({ id }) => id === invitation)
    expect([made.length, isOpen], `the invitation ${invitation}`).toEqual(isOpen ? [0, true] : [1, false])
    for (const { id, name, role: found } of made) {
      expect(found).toBe(role)
      ledger.spent.add(invitation)
      const cookie = await sendForm(origin, '/sign-in', { name, password: PASSWORD })
      expect(cookie, `${name} signs in`).not.toBeNull()
      ledger.members.push({ id, name, cookie, role, doubts: [], isSignOutInDoubt: false })
    }
  }
}

async function settleMembers(
  { origin }: Program,
  ledger: TeamLedger,
  { members }: PeopleList,
): Promise<void> {
  const roles = new Map(members.map(({ id, role }) => [id, role]))
  for (const member of ledger.members) {
    const role = roles.get(member.id) ?? null
    expect([member.role, ...member.doubts], `the role of ${member.name}`).toContain(role)
    if (role === null && member.role !== null && member.cookie !== null) ledger.ended.push(member.cookie)
    Object.assign(member, { role, doubts: [] })
    if (role === null || member.cookie === null) continue
    const status = await statusFor(origin, { cookie: member.cookie })
    expect(member.isSignOutInDoubt ? [200, 401] : [200], `${member.name} is signed in`).toContain(status)
    if (status === 401) member.cookie = null
    member.isSignOutInDoubt = false
  }
  // Removed members keep their cookies for a while: they must be refused, also while they comment.
  const removed = ledger.members.filter(({ role }) => role === null)
  for (const old of removed.slice(0, -3)) ledger.members.splice(ledger.members.indexOf(old), 1)
}

/** Each answered comment once, and none that was refused. */
async function expectComments(program: Program, { cookie, ledger }: Place, round: number): Promise<void> {
  const { documentId } = await openNotebook(program.origin, cookie, notebookOf(round))
  const path = `/api/notebooks/${documentId}/comments`
  const { threads } = (await request(program.origin, cookie, 'GET', path)) as { threads: Thread[] }
  const texts = threads.flatMap(({ comments }) => comments.map(({ text }) => text))
  const found = new Set(texts)
  expect(found.size, 'no comment twice').toBe(texts.length)
  expect(
    [...ledger.written].filter((text) => !found.has(text)),
    'lost comments',
  ).toEqual([])
  expect(
    [...ledger.refused].filter((text) => found.has(text)),
    'refused comments',
  ).toEqual([])
  if (notebookOf(round + 1) !== notebookOf(round)) ledger.written.clear()
  ledger.refused.clear()
}

interface Entry {
  readonly action: string
  readonly about: Readonly<Record<string, string>>
}

async function expectAudited(program: Program, { cookie, ledger }: Place): Promise<void> {
  const entries = (await request(program.origin, cookie, 'GET', '/api/audit?limit=500')) as Entry[]
  for (const { action, person } of ledger.audited.splice(0)) {
    const isThere = entries.some((entry) => entry.action === action && entry.about.personId === person)
    expect(isThere, `${action} of ${person} in the audit log`).toBe(true)
  }
}

/** A token for each third round, while no server holds it up. */
async function makeToken({ folder, tokens }: Place, round: number): Promise<void> {
  const name = `t${round}`
  const { code, stdout, stderr } = await runCommand(['token', name, '--json', '--root', folder])
  expect(code, stderr).toBe(0)
  tokens.set(name, String((JSON.parse(stdout) as { token: string }).token))
}

/** The next server; sometimes its start is killed as well. */
async function startAgain({ folder, random, ready }: Place): Promise<Program> {
  if (random() < 0.25) {
    const words = ['serve', folder, '--no-open', '--no-restart', '--port', '0']
    const begun = beginCommand(words)
    await Promise.race([wait(random() * 2_000), begun.ended])
    await begun.kill()
  }
  const started = performance.now()
  const program = await startProgram(folder)
  ready.add(performance.now() - started)
  return program
}

test(`${ROUNDS} kills among members lose nothing and give no right back (seed ${SEED})`, async () => {
  test.setTimeout(seconds(60 + ROUNDS * 20))
  const folder = await newFolder()
  for (let round = 0; round <= ROUNDS; round += ROUNDS_EACH_NOTEBOOK)
    await writeNotebook(folder, notebookOf(round), ['1'])
  let program = await startProgram(folder)
  const place: Place = {
    folder,
    cookie: await signIn(program.url),
    random: seeded(SEED),
    ledger: new TeamLedger(),
    tokens: new Map(),
    revoked: [],
    ready: new ReadyTimes(ROUNDS),
    steps: 0,
  }
  try {
    for (let round = 0; round < ROUNDS; round++) {
      if (round % 3 === 1) await makeToken(place, round)
      await live(program, place, round)
      program = await startAgain(place)
      await audit(program, place, round)
      await place.ready.endRound(round)
    }
    expect(place.steps, 'steps before kills').toBeGreaterThan(ROUNDS)
    const { code, stderr } = await runCommand(['audit', '--verify', '--root', folder])
    expect(code, stderr).toBe(0)
    const { written, members } = place.ledger
    process.stdout.write(
      `${place.ready.report()}\n${place.steps} steps, ${members.length} members, ${written.size} comments\n`,
    )
    place.ready.judge()
  } finally {
    await program.stop()
    await discard(folder)
  }
})
