/**
 * `npm run bench:peer [PARTS] [SIZES]`: what people wait for here, in JupyterLab and in marimo. The programs take turns, in
 * the same browser and with the same cells. It prints and never fails for a figure.
 */
import { type Browser, chromium } from '@playwright/test'
import { chromiumOptions } from '../../support/chromium.ts'
import { percentile } from '../figures.ts'
import { typing } from '../page.ts'
import { type Part, parts } from './parts.ts'
import { type Peer, ROUNDS, startJupyterLab, startMarimo, startYesterday } from './programs.ts'
import { aheadOfUs, type Row, rowLine, type Value } from './rows.ts'

const SIZES = [20, 300, 1000]
/** No sample begins later than this. */
const LIMIT_MS = 25 * 60_000
const TEXTAREA_KEYS = 100

const print = (text: string) => process.stdout.write(`${text}\n`)
const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''

/** Typing into a bare text field: what the browser itself takes. */
async function textarea(browser: Browser): Promise<number[]> {
  const page = await browser.newPage()
  await page.setContent('<textarea autofocus></textarea>')
  await page.locator('textarea').focus()
  const times = await typing(page, TEXTAREA_KEYS)
  await page.close()
  return times
}

/** All times of a part: by row, then by program; and why a program has none. */
interface Taken {
  readonly rows: Map<string, Map<string, number[]>>
  readonly failures: Map<string, string>
}

/** Takes the samples of a part. A program that fails has no more turns in it. */
async function take(part: Part, browser: Browser, peers: readonly Peer[], cells: number, late: number) {
  const taken: Taken = { rows: new Map(), failures: new Map() }
  for (let round = 0; round < ROUNDS; round++)
    for (const peer of peers) {
      if (taken.failures.has(peer.name)) continue
      if (Date.now() > late) taken.failures.set(peer.name, 'left out: no time left')
      else await takeOne(taken, peer, () => part.sample(browser, peer, cells, round))
    }
  return taken
}

async function takeOne({ rows, failures }: Taken, peer: Peer, sample: () => ReturnType<Part['sample']>) {
  try {
    for (const [row, times] of await sample()) {
      const byPeer = rows.get(row) ?? new Map<string, number[]>()
      rows.set(row, byPeer)
      byPeer.set(peer.name, [...(byPeer.get(peer.name) ?? []), ...times])
    }
  } catch (error) {
    failures.set(peer.name, `failed: ${messageOf(error)}`)
  }
}

/** The rows of a part, one for each percentile. */
function rowsOf(
  part: Part,
  { rows, failures }: Taken,
  peers: readonly Peer[],
  cells: number,
  bare: number[],
) {
  return [...rows].flatMap(([name, byPeer]) =>
    part.percentiles.map((p): Row => {
      const resultOf = (peer: Peer): Value => {
        const lack = part.lacks?.(peer).get(name) ?? failures.get(peer.name)
        const times = byPeer.get(peer.name) ?? []
        return times.length > 0 ? percentile(times, p) : (lack ?? 'not measured')
      }
      return {
        name: `${name}, ${cells} cells, p${p}`,
        values: new Map(peers.map((peer) => [peer.name, resultOf(peer)])),
        ...(part.hasTextarea ? { baseline: { name: 'textarea', value: percentile(bare, p) } } : {}),
      }
    }),
  )
}

/** Starts the programs; one that does not start is named and left out. */
async function startAll(cells: number): Promise<Peer[]> {
  const starts = [
    ['yesterday', () => startYesterday(cells)],
    ['JupyterLab', () => startJupyterLab(cells, pythonOf('YESTERDAY_PEER_JUPYTERLAB'))],
    ['marimo', () => startMarimo(cells, pythonOf('YESTERDAY_PEER_MARIMO'))],
  ] as const
  const peers: Peer[] = []
  for (const [name, start] of starts)
    try {
      peers.push(await start())
    } catch (error) {
      print(`${name} is left out: ${error instanceof Error ? error.message : String(error)}`)
    }
  return peers
}

function pythonOf(variable: string): string {
  const python = process.env[variable]
  if (python === undefined) throw new Error(`${variable} is not set. Use: npm run bench:peer`)
  return python
}

/** All parts at one size, each with servers that nothing else has used. */
async function compare(browser: Browser, asked: readonly string[], cells: number, late: number) {
  const peers = await startAll(cells)
  const rows: Row[] = []
  try {
    for (const [name, part] of parts) {
      if (!asked.includes(name)) continue
      const bare = part.hasTextarea ? await textarea(browser) : []
      const taken = await take(part, browser, peers, cells, late)
      for (const [peer, why] of taken.failures) print(`${name}, ${cells} cells: ${peer} ${why}`)
      const own = rowsOf(part, taken, peers, cells, bare)
      for (const row of own) print(rowLine(row))
      rows.push(...own)
    }
  } finally {
    for (const peer of peers) await peer.stop()
  }
  return rows
}

async function main(words: readonly string[]): Promise<void> {
  const unknown = words.filter((word) => !parts.has(word) && !SIZES.includes(Number(word)))
  if (unknown.length > 0) {
    print(
      `unknown: ${unknown.join(', ')}; parts are ${[...parts.keys()].join(', ')}, sizes ${SIZES.join(', ')}`,
    )
    process.exitCode = 2
    return
  }
  const askedParts = words.filter((word) => parts.has(word))
  const askedSizes = words.filter((word) => !parts.has(word)).map(Number)
  const late = Date.now() + LIMIT_MS
  const browser = await chromium.launch(chromiumOptions.launchOptions)
  const rows: Row[] = []
  try {
    for (const cells of askedSizes.length === 0 ? SIZES : askedSizes)
      rows.push(
        ...(await compare(browser, askedParts.length === 0 ? [...parts.keys()] : askedParts, cells, late)),
      )
  } finally {
    await browser.close()
  }
  const behind = rows.filter((row) => aheadOfUs(row).length > 0)
  print(`\nbehind in ${behind.length} of ${rows.length} rows`)
  for (const row of behind) print(`  ${row.name}: ${aheadOfUs(row).join(', ')}`)
}

await main(process.argv.slice(2))
