/** Terminals with real shells: what clients see, floods, sizes, and what is left after the end. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { identifyProcess } from '@yesterday/kernel-bridge/process-identity'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { TerminalOutput } from '../../contract/terminals.ts'
import { seconds } from '../../setup/patience.js'
import { RESET, Scrollback } from '../../src/terminals/scrollback.ts'
import { bySession, killMarked } from '../../src/terminals/session-processes.ts'
import type { Terminal, TerminalClient } from '../../src/terminals/terminal.ts'
import { TerminalRecords } from '../../src/terminals/terminal-records.ts'
import { MOST_TERMINALS, Terminals, type TerminalsOptions } from '../../src/terminals/terminals.ts'

const ANNA = { id: 'anna', name: 'Anna' }
const signer = {
  sign: (text: string) => `s:${text.length}`,
  verify: (text: string, sign: string) => sign === `s:${text.length}`,
}
/** A shell without settings of a user, on every system. */
const env = { ...process.env, SHELL: '/bin/sh', PS1: '$ ', ENV: '' }

class Viewer implements TerminalClient {
  text = ''
  backlog = 0
  codes: number[] = []
  others: TerminalOutput[] = []
  holds = false
  send(message: TerminalOutput): void {
    if (message[0] !== 'stdout') this.others.push(message)
    else {
      if (this.holds) this.backlog += message[1].length
      this.text = (message[1].startsWith(RESET) ? '' : this.text) + message[1]
    }
    if (this.text.length > 4_000_000) this.text = this.text.slice(-2_000_000)
  }
  end(code: number): void {
    this.codes.push(code)
  }
}

let folder = ''
let terminals: Terminals
const ends: (readonly [string, string | null])[] = []
const open = (more: Partial<TerminalsOptions> = {}) =>
  new Terminals({
    records: new TerminalRecords(join(folder, 'records'), signer),
    env,
    mayRun: () => true,
    onEnded: ({ name }, by) => ends.push([name, by?.name ?? null]),
    ...more,
  })
const shows = (viewer: Viewer, text: string | RegExp) =>
  vi.waitFor(() => expect(viewer.text).toMatch(text), { timeout: seconds(10) })

/** Throws until it is written. */
const pidIn = (name: string): number =>
  z.coerce
    .number()
    .positive()
    .parse(readFileSync(join(folder, name), 'utf8'))

async function start(): Promise<{ terminal: Terminal; viewer: Viewer; type: (text: string) => boolean }> {
  const terminal = await terminals.start(folder, ANNA, {})
  const viewer = new Viewer()
  terminal.attach(viewer)
  return { terminal, viewer, type: (text) => terminal.type(text) }
}

describe.skipIf(process.platform === 'win32')('terminals', () => {
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'yesterday-terminals-')))
    ends.length = 0
    terminals = open()
  })
  afterEach(async () => {
    await terminals.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })

  test('a shell in the project folder; a client that connects later sees what was printed', async () => {
    const { terminal, viewer, type } = await start()
    expect(viewer.others).toEqual([['setup', {}]])
    type('echo "in $PWD: $((40 + 2)) ünï"\r')
    await shows(viewer, `in ${folder}: 42 ünï`)
    const second = new Viewer()
    terminal.attach(second)
    expect(second.text).toContain(`in ${folder}: 42 ünï`)
    expect(terminal.isShellInFront).toBe(true)
    type('exit 3\r')
    await vi.waitFor(() => expect(second.others.at(-1)).toEqual(['disconnect', 1, 3]), {
      timeout: seconds(10),
    })
    expect(second.codes).toEqual([1000])
    await vi.waitFor(() => expect(terminals.has(terminal.name)).toBe(false))
    expect(ends).toEqual([[terminal.name, null]])
  })

  test('the smallest size of all clients counts', async () => {
    const { terminal, viewer, type } = await start()
    const wide = new Viewer()
    terminal.attach(wide)
    terminal.resize(viewer, 20, 70)
    terminal.resize(wide, 50, 200)
    type('stty size\r')
    await shows(viewer, /20 70/)
    terminal.detach(viewer)
    type('stty size\r')
    await shows(wide, /50 200/)
  })

  test('what runs is listed, and ends with the terminal: also what ignores the hangup, and what was stopped', async () => {
    const { terminal, viewer, type } = await start()
    const script = join(folder, 'stay.sh')
    writeFileSync(script, 'trap "" HUP TERM\necho $$ > "$1"\nwhile :; do sleep 0.2; done\n')
    type(`set -m; sh ${script} one &\r`)
    type(`sh ${script} two\r`)
    const pids = await vi.waitFor(() => ['one', 'two'].map(pidIn), { timeout: seconds(10) })
    await vi.waitFor(async () => expect((await terminals.model(terminal)).running).toContain('sh'), {
      timeout: seconds(10),
    })
    process.kill(pids[0] ?? 0, 'SIGSTOP')
    expect(await terminals.end(terminal.name, ANNA)).toBe(true)
    for (const pid of pids) expect(identifyProcess(pid)).toBeNull()
    expect(viewer.others.at(-1)?.[0]).toBe('disconnect')
    expect(await terminals.end(terminal.name, ANNA)).toBe(false)
    await vi.waitFor(() => expect(ends).toEqual([[terminal.name, 'Anna']]))
  })

  test('40 MB of output: the shell waits for a moment, then a slow client misses some', async () => {
    const { terminal, viewer, type } = await start()
    const slow = new Viewer()
    slow.holds = true
    terminal.attach(slow)
    type('yes 0123456789abcdef | head -c 40000000; echo "over $?"\r')
    await vi.waitFor(() => expect(viewer.text.slice(-200)).toMatch(/over 0\r/), {
      timeout: seconds(120),
      interval: 200,
    })
    // What waited for the slow client was no more than one backlog and one message.
    expect(slow.backlog).toBeLessThan(2_000_000)
    expect(slow.text).not.toContain('over 0')
    slow.backlog = 0
    terminal.drained(slow)
    expect(slow.text).toMatch(/over 0\r/)
    expect(slow.text.length).toBeLessThan(700_000)
  })

  test('what is typed while the program reads nothing waits, in order and bounded, and holds up no other', async () => {
    const { viewer, type, terminal } = await start()
    type('stty raw -echo; echo held; while ! [ -e go ]; do sleep 0.1; done; head -c 300000 | cksum\r')
    await shows(viewer, /held\n/)
    const pasted = Array.from({ length: 30_000 }, (_, n) => `${n} `.padStart(10)).join('')
    type(pasted)
    const other = await start()
    other.type('echo "other $((40 + 2))"\r')
    await shows(other.viewer, 'other 42')
    writeFileSync(join(folder, 'go'), '')
    await shows(viewer, execFileSync('cksum', { input: pasted, encoding: 'utf8' }).trim())
    rmSync(join(folder, 'go'))
    type('\nstty raw -echo; echo again; sleep 1000\n')
    await shows(viewer, /again/)
    const taken = Array.from({ length: 6 }, () => terminal.type('x'.repeat(1024 * 1024)))
    expect([taken[0], taken.at(-1)]).toEqual([true, false])
  })

  test('a terminal ends when its owner may not run code any more; others go on', async () => {
    await terminals.close()
    const allowed = new Set(['anna', 'ben'])
    terminals = open({ mayRun: (id) => allowed.has(id) })
    const { terminal } = await start()
    const other = await terminals.start(folder, { id: 'ben', name: 'Ben' }, { title: 'logs' })
    expect((await terminals.list()).map(({ title, by }) => [title, by.name])).toEqual([
      ['Terminal 1', 'Anna'],
      ['logs', 'Ben'],
    ])
    allowed.delete('anna')
    await terminal.ended
    await vi.waitFor(() => expect(terminals.has(terminal.name)).toBe(false))
    expect(terminals.has(other.name)).toBe(true)
  })

  test('there is a limit, and a system without pseudo-terminals says so', async () => {
    await terminals.close()
    terminals = open({ open: () => Promise.reject(new Error('This system has no terminals: no binary')) })
    await expect(terminals.start(folder, ANNA, {})).rejects.toThrow('no terminals: no binary')
    expect(MOST_TERMINALS).toBe(32)
  })

  test.runIf(process.platform === 'linux')(
    'what a killed server left is ended: by a signed record and a random mark',
    async () => {
      const { terminal } = await start()
      const [record] = execFileSync('ls', [join(folder, 'records')], { encoding: 'utf8' }).split('\n')
      const path = join(folder, 'records', record ?? '')
      const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'))
      const left = new TerminalRecords(join(folder, 'records'), signer)
      expect(await left.endOrphans()).toBe(0)
      // Another mark, and no mark: the processes are not those of the record.
      expect(await killMarked(terminal.pid, 'a'.repeat(32))).toBe(0)
      // Not signed by us.
      writeFileSync(path, JSON.stringify({ ...(parsed as object), signature: 'forged' }))
      expect(await left.endOrphans()).toBe(0)
      expect(existsSync(path)).toBe(false)
      expect((await bySession()).get(terminal.pid)).toHaveLength(1)
      // Its owner is gone: the owner's start time is another.
      const gone = { ...(parsed as { owner: object }), owner: { pid: process.pid, started: 'before' } }
      const text = JSON.stringify(gone)
      const { shell } = JSON.parse(text)
      const mark = (record ?? '').replace('.json', '')
      const signed = JSON.stringify(['terminal', mark, shell.pid, shell.started, process.pid, 'before'])
      writeFileSync(path, JSON.stringify({ ...gone, signature: signer.sign(signed) }))
      expect(await left.endOrphans()).toBeGreaterThan(0)
      await terminal.ended
    },
  )
})

describe('what is drawn again', () => {
  test('is bounded, begins at a line, and keeps the modes that were set before', () => {
    const kept = new Scrollback(100)
    kept.add('\x1b[?1049h\x1b[?25l')
    for (let line = 0; line < 50; line++) kept.add(`line ${line}\r\n`)
    expect(kept.length).toBeLessThanOrEqual(100)
    const [head, ...lines] = kept.drawing.split('\r\n')
    expect(head).toBe('\x1bc\x1b[?1049h\x1b[?25l[ earlier output is not kept ]')
    expect(lines[0]).toMatch(/^line \d\d$/)
    expect(kept.drawing.endsWith('line 49\r\n')).toBe(true)
    kept.add('x'.repeat(1000))
    expect(kept.drawing.endsWith('x'.repeat(100))).toBe(true)
  })

  test('asks the terminal nothing: its answers would be typed', () => {
    const kept = new Scrollback()
    const questions = [
      '\x1b[6n',
      '\x1b[c',
      '\x1b[>0c',
      '\x1b[>q',
      '\x1b[?2026$p',
      '\x1b[18t',
      '\x1b]11;?\x07',
      '\x1b]4;1;?\x1b\\',
      '\x1bP+q544e\x1b\\',
      '\x1bZ',
      '\x05',
    ]
    for (const question of questions) kept.add(`a${question}b`)
    kept.add('\x1b[31mred\x1b[0m')
    expect(kept.drawing).toBe(`\x1bc${'ab'.repeat(questions.length)}\x1b[31mred\x1b[0m`)
  })
})
