/**
 * Which shells of terminals run, in signed files of the project's own folder: `terminals/<mark>.json`. Invariant: only
 * processes that a record of ours names, and that carry its random mark, are signalled. The files are untrusted data.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Signer } from '@yesterday/kernel-bridge'
import { identifyProcess, isSameProcess, ownProcess } from '@yesterday/kernel-bridge/process-identity'
import { z } from 'zod'
import { readRegularSync } from '../disk/regular-file.ts'
import { killMarked, signal } from './session-processes.ts'

const Identity = z.object({ pid: z.number().int().positive(), started: z.string().max(200) })
const RecordFile = z.object({ shell: Identity, owner: Identity, signature: z.string().max(200) })
type Named = Pick<z.infer<typeof RecordFile>, 'shell' | 'owner'>

const FILE = /^([0-9a-f]{32})\.json$/

export class TerminalRecords {
  readonly #folder: string
  readonly #signer: Signer

  constructor(folder: string, signer: Signer) {
    this.#folder = folder
    this.#signer = signer
  }

  add(mark: string, pid: number): void {
    const shell = identifyProcess(pid)
    if (shell === null) return
    const named = { shell, owner: ownProcess() }
    const text = JSON.stringify({ ...named, signature: this.#signer.sign(signedText(mark, named)) })
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    writeFileSync(`${this.#path(mark)}.new`, text, { mode: 0o600 })
    renameSync(`${this.#path(mark)}.new`, this.#path(mark))
  }

  remove(mark: string): void {
    rmSync(this.#path(mark), { force: true })
  }

  /** Ends the sessions of shells whose server is gone. Returns how many processes were killed. */
  async endOrphans(): Promise<number> {
    let killed = 0
    for (const [mark, named] of this.#records()) {
      if (named !== null && isSameProcess(named.owner)) continue
      if (named !== null) killed += await this.#end(mark, named)
      this.remove(mark)
    }
    return killed
  }

  async #end(mark: string, { shell }: Named): Promise<number> {
    const killed = await killMarked(shell.pid, mark)
    return isSameProcess(shell) && signal(shell.pid, 'SIGKILL') ? killed + 1 : killed
  }

  /** Null is a file that we did not sign for this mark. */
  #records(): readonly (readonly [string, Named | null])[] {
    let names: readonly string[] = []
    try {
      names = readdirSync(this.#folder)
    } catch {
      return []
    }
    return names.flatMap((name) => {
      const mark = FILE.exec(name)?.[1]
      return mark === undefined ? [] : [[mark, this.#read(mark)] as const]
    })
  }

  #read(mark: string): Named | null {
    try {
      const json: unknown = JSON.parse(readRegularSync(this.#path(mark)).toString())
      const { signature, ...named } = RecordFile.parse(json)
      return this.#signer.verify(signedText(mark, named), signature) ? named : null
    } catch {
      return null
    }
  }

  #path(mark: string): string {
    return join(this.#folder, `${mark}.json`)
  }
}

const signedText = (mark: string, { shell, owner }: Named): string =>
  JSON.stringify(['terminal', mark, shell.pid, shell.started, owner.pid, owner.started])
