/**
 * A project folder that a stranger shipped: its history names folders and processes of the person who opens it, and its
 * Python says when it runs. Opening it deletes, signals and runs nothing; its history can be read; code runs after trust.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from '@playwright/test'
import { writeNotebook } from '../support/notebook-file.ts'
import { openNotebook, request, SessionPeer, signIn } from '../support/peer.ts'
import { discard, newFolder, type Program, runCommand, startProgram } from '../support/program.ts'

interface Shipped {
  /** Holds the project, what is precious, and the user folders of both. */
  readonly base: string
  readonly project: string
  readonly precious: string
  /** Written by the project's Python if it runs. */
  readonly proof: string
  /** A process of the person who opens it. */
  readonly victim: ChildProcess
}

/** A history made with the stranger's key, its last session open again and its kernel named as the stranger likes. */
async function ship(): Promise<Shipped> {
  const base = await newFolder()
  const [project, precious, proof] = ['project', 'precious', 'it-ran'].map((name) => join(base, name))
  if (!project || !precious || !proof) throw new Error('no paths')
  await mkdir(project)
  await mkdir(precious)
  await writeFile(join(precious, 'connection.json'), '{}')
  await writeFile(join(precious, 'thesis.txt'), 'years of work')
  await writeNotebook(project, 'a.ipynb', ['x = 41\nprint("said")'])
  const stranger = { YESTERDAY_HOME: join(base, 'stranger') }
  const { code, stderr } = await runCommand(['run', join(project, 'a.ipynb')], stranger)
  expect(code, stderr).toBe(0)
  const victim = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], {
    detached: true,
    stdio: 'ignore',
  })
  await once(victim, 'spawn')
  forge(join(project, '.yesterday', 'history.db'), precious, victim.pid ?? 0)
  const kernel = join(project, '.yesterday', 'kernels', '00000000-0000-4000-8000-000000000000')
  await mkdir(join(kernel, 'spool'), { recursive: true })
  const waiting = { server: 4_194_304, kernel: victim.pid }
  await writeFile(join(kernel, 'waiting.json'), JSON.stringify(waiting))
  const record = {
    process: { pid: victim.pid, started: 'x' },
    owner: { pid: 4_194_304, started: 'x' },
    signature: 'x',
  }
  await writeFile(join(kernel, 'process.json'), JSON.stringify(record))
  await mkdir(join(project, '.venv', 'bin'), { recursive: true })
  await writeFile(join(project, '.venv', 'pyvenv.cfg'), 'version = 3.11.0\nhome = /usr/bin\n')
  await writeFile(join(project, '.venv', 'bin', 'python'), `#!/bin/sh\ntouch ${proof}\n`)
  await chmod(join(project, '.venv', 'bin', 'python'), 0o755)
  await mkdir(join(project, '.venv', 'lib', 'python3.11', 'site-packages', 'ipykernel'), { recursive: true })
  return { base, project, precious, proof, victim }
}

function forge(file: string, precious: string, pid: number): void {
  const db = new DatabaseSync(file)
  const [row] = db.prepare("SELECT seq, body FROM log WHERE type = 'session-started'").all()
  const entry = JSON.parse(String(row?.body))
  const kernel = { ...entry.kernel, kernelId: '../../../precious', pid, spoolDir: precious }
  const forged = { ...entry, documentId: '../../precious/thesis', kernel }
  db.prepare('UPDATE log SET body = ? WHERE seq = ?').run(JSON.stringify(forged), Number(row?.seq))
  db.prepare("DELETE FROM log WHERE type = 'session-ended'").run()
  db.exec('UPDATE sessions SET ended_seq = NULL')
  db.close()
}

async function expectUntouched({ precious, proof, victim }: Shipped): Promise<void> {
  expect((await readdir(precious)).sort()).toEqual(['connection.json', 'thesis.txt'])
  expect(existsSync(proof), 'the folder’s Python ran').toBe(false)
  expect(victim.exitCode ?? victim.signalCode, 'a process was ended').toBeNull()
}

async function unship({ base, project, victim }: Shipped, program?: Program): Promise<void> {
  await program?.stop()
  victim.kill('SIGKILL')
  await discard(project)
  await rm(base, { recursive: true, force: true, maxRetries: 5 })
}

test('a shipped folder is data until it is trusted', async () => {
  const shipped = await ship()
  const own = { YESTERDAY_HOME: join(shipped.base, 'own') }
  const before = await readdir(join(shipped.project, '.yesterday'), { recursive: true })
  const program = await startProgram(shipped.project, { env: own })
  try {
    const cookie = await signIn(program.url)
    expect(await request(program.origin, cookie, 'GET', '/api/workspace')).toEqual({
      trusted: false,
      why: 'unsigned',
    })
    const page = await request(program.origin, cookie, 'GET', '/api/log?notebook=a.ipynb')
    const { runs } = page as { runs: { run: string; outcome: string }[] }
    expect(runs).toMatchObject([{ outcome: 'ok' }])
    const receipt = await request(program.origin, cookie, 'GET', `/api/runs/${runs[0]?.run}`)
    expect(receipt).toMatchObject({ source: 'x = 41\nprint("said")' })
    const opened = await openNotebook(program.origin, cookie, 'a.ipynb')
    const session = new SessionPeer(program.origin, cookie, opened)
    for (const command of [
      { type: 'run', cells: ['c1'] },
      { type: 'start' },
      { type: 'restart', run: ['c1'] },
    ])
      await expect(session.command(command)).rejects.toThrow('not trusted yet')
    session.close()
    const plan = request(program.origin, cookie, 'POST', '/api/replay/plan', {
      target: { kind: 'run', run: runs[0]?.run },
    })
    await expect(plan).rejects.toThrow('untrusted')
    const name = { notebook: 'a.ipynb', name: 'now' }
    await expect(request(program.origin, cookie, 'POST', '/api/past/checkpoints', name)).rejects.toThrow(
      'untrusted',
    )
    await expectUntouched(shipped)
    expect(await readdir(join(shipped.project, '.yesterday'), { recursive: true })).toEqual(before)

    expect(await request(program.origin, cookie, 'POST', '/api/workspace/trust', {})).toMatchObject({
      trusted: true,
    })
    const again = await openNotebook(program.origin, cookie, 'a.ipynb')
    const trusted = new SessionPeer(program.origin, cookie, again)
    await trusted.command({ type: 'run', cells: ['c1'] })
    expect(await trusted.until((event) => event.type === 'recorded')).toMatchObject({ outcome: 'ok' })
    trusted.close()
    // Trust in its code is no licence for its records.
    await expectUntouched(shipped)
  } finally {
    await unship(shipped, program)
  }
})

test('on the command line it is read, and runs only with --trust', async () => {
  const shipped = await ship()
  const own = { YESTERDAY_HOME: join(shipped.base, 'own') }
  const before = await readdir(join(shipped.project, '.yesterday'), { recursive: true })
  const say = (...words: string[]) => runCommand([...words, '--root', shipped.project], own)
  const notebook = join(shipped.project, 'a.ipynb')
  try {
    const log = await say('log', '--json')
    const { run } = JSON.parse(log.stdout.split('\n')[0] ?? '')
    expect((await say('show', run)).stdout).toContain('x = 41')
    for (const words of [
      ['run', notebook],
      ['replay', run],
      ['restore', run],
      ['since', run],
      ['check'],
      ['kernels', '--stop', '--all'],
      ['fsck', '--rebuild'],
      ['checkpoint', 'now', notebook],
    ]) {
      const { code, stderr } = await say(...words)
      expect([words[0], code === 0, stderr]).toEqual([
        words[0],
        false,
        expect.stringContaining('not made on this machine'),
      ])
    }
    await say('kernels')
    await expectUntouched(shipped)
    expect(await readdir(join(shipped.project, '.yesterday'), { recursive: true })).toEqual(before)
    expect(await say('run', notebook, '--trust')).toMatchObject({ code: 0 })
    expect(await say('run', notebook)).toMatchObject({ code: 0 })
    await expectUntouched(shipped)
  } finally {
    await unship(shipped)
  }
})
