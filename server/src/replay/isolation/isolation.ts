/**
 * What keeps a replay from changing anything outside: one interface, with a file for each way to do it. Invariant: a
 * member is used only where its probe has shown, on this machine, that a write outside does not reach the real file.
 */
import type { WrapCommand } from '@yesterday/kernel-bridge'
import type { Isolation as Facts, IsolationName, WrittenFile } from '../../../contract/replay.ts'

/** One way to isolate. */
export interface Member {
  readonly name: IsolationName
  readonly holds: Omit<Facts, 'name' | 'network' | 'why'>
  /** Whether it can take the network away. */
  readonly holdsNetwork: boolean
  /** Why it cannot be used here; null where it can. `python` runs the launcher. Never rejects. */
  probe(python: string): Promise<string | null>
  /** Makes what one kernel works in. Nothing of the project changes but `.yesterday/scratch/`. */
  open(options: SandboxOptions, facts: Facts): Promise<Sandbox>
}

export interface SandboxOptions {
  /** The project folder, absolute, links resolved. */
  readonly root: string
  /** The notebook's folder, absolute. */
  readonly cwd: string
  readonly id: string
  readonly python: string
  /** Files that the replay makes itself, by the names of their edges: they are not there before. */
  readonly without: ReadonlySet<string>
  /** Files that the replay is given or may write, by the names of their edges. */
  readonly touched: ReadonlySet<string>
  /** Whether the network stays reachable. */
  readonly network: boolean
}

/** Where one kernel of a replay works. */
export interface Sandbox {
  readonly facts: Facts
  /** The kernel's working directory, as the kernel and this process see it. */
  readonly cwd: string
  /** A folder that both see at the same path, for what the kernel is given beside files of the project. */
  readonly shared: string
  /** For `StartOptions`; absent where the kernel starts as any other. */
  readonly wrap?: WrapCommand
  /** Added to the environment of the kernel. */
  readonly env: Readonly<Record<string, string>>
  /** Absolute paths that Python must be led to a copy for; null where the kernel sees its own paths. */
  readonly copy: { readonly root: string; locate(name: string): string } | null
  /** To be called when the kernel runs, before files are laid. */
  started(): Promise<void>
  /** Puts the bytes, or a clone of another file, where the kernel finds the file of this name. */
  lay(name: string, content: LaidContent): Promise<void>
  /** Whether a file that is on disk as it was is there without being laid. */
  shows(name: string): boolean
  /** What was written since, beside how the files are on disk. To be asked while the kernel runs. */
  written(): Promise<readonly Written[]>
  /** Taken before and after a run, and compared. */
  marks(): Promise<Marks>
  /** Why the isolation itself ended the kernel; null where it did not. */
  problem(): Promise<string | null>
  remove(): Promise<void>
}

/** Bytes, or the file that has them, which may be of any size. */
export type LaidContent = Uint8Array | { readonly path: string }

/** Traces of what the kernel did outside of its memory. */
export interface Marks {
  /** By absolute path, as the kernel sees it: changes whenever the file is written, removed or made. */
  readonly files: ReadonlyMap<string, string>
  /** Changes whenever a program reaches for the network; the same at all times where there is no way to see that. */
  readonly network: string
}

/** A written file, and where its bytes can be read while the sandbox is there. */
export interface Written extends WrittenFile {
  readonly path: string
  readonly bytesAt: string | null
  /** The file on disk when this was found; null where there was none. */
  readonly before: { readonly size: number; readonly mtimeMs: number } | null
}
