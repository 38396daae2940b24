/**
 * Sessions that could not be reattached at a start are moved to `.yesterday/quarantine/SESSION/`, with a note that says why, and is
 * never deleted here. Invariant: the same input fails one start at most.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KernelKey, Kernels } from '@yesterday/kernel-bridge'
import { z } from 'zod'
import { readRegularSync } from '../disk/regular-file.ts'
import { readMarker, removeMarker, whySuspect, writeMarker } from '../watchdog/recovery-marker.ts'

const NOTE = 'why.json'
const Note = z.object({ session: z.string(), notebook: z.string(), at: z.string(), why: z.string() })

/** A session that was not reattached in full. `files`: what was moved, by name. */
export type Quarantined = z.infer<typeof Note> & {
  readonly folder: string
  readonly files: readonly string[]
}

const quarantineIn = (folder: string): string => join(folder, 'quarantine')

/** All that is in quarantine, by session; what cannot be read is left out. */
export function listQuarantine(folder: string): readonly Quarantined[] {
  const all = quarantineIn(folder)
  return namesIn(all).flatMap((name) => {
    const place = join(all, name)
    try {
      const note = Note.parse(JSON.parse(readRegularSync(join(place, NOTE)).toString()))
      return [{ ...note, folder: place, files: namesIn(place).filter((file) => file !== NOTE) }]
    } catch {
      return []
    }
  })
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).toSorted()
  } catch {
    return []
  }
}

/** What was moved. */
export interface Taken {
  /** Where it is now; null where there was nothing. */
  readonly place: string | null
  /** The runs that the kernel had been sent. */
  readonly runs: readonly string[]
}

/** The spool names files by their run: `RUN.frames`. */
const runOf = (file: string): string => file.replace(/\..*$/s, '')

/** `folder` is `.yesterday/`. */
export class Quarantine {
  readonly #folder: string
  readonly #kernels: Pick<Kernels, 'moveSpool'>

  constructor(folder: string, kernels: Pick<Kernels, 'moveSpool'>) {
    this.#folder = folder
    this.#kernels = kernels
  }

  /** Marks that the session is being reattached. Returns why it must not be reattached as it is; null if it may. */
  begin(session: string): string | null {
    const left = readMarker(this.#folder)
    const tries = left?.session === session ? left.tries : 0
    writeMarker(this.#folder, { session, tries: tries + 1, fault: null })
    return left?.session === session ? whySuspect(left) : null
  }

  /** The session was reattached, or closed. */
  done(): void {
    removeMarker(this.#folder)
  }

  /** True for a session whose spool was moved before. */
  has(session: string): boolean {
    return listQuarantine(this.#folder).some((one) => one.session === session)
  }

  /** Moves what the session's kernel spooled. */
  async take(
    { session, notebook, kernel }: { session: string; notebook: string; kernel: KernelKey },
    why: string,
  ): Promise<Taken> {
    const place = join(quarantineIn(this.#folder), session.replaceAll(/[^\w-]/g, '_'))
    mkdirSync(place, { recursive: true, mode: 0o700 })
    const note = { session, notebook, at: new Date().toISOString(), why }
    writeFileSync(join(place, NOTE), JSON.stringify(note), { mode: 0o600 })
    const files = await this.#kernels.moveSpool(kernel, place)
    return { place: files.length === 0 ? null : place, runs: [...new Set(files.map(runOf))] }
  }
}
