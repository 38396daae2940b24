/**
 * What a command answers when it cannot do what was asked, said in one place: a sentence and what to do, on stderr for
 * a person, as one JSON object on stdout for a program. The exit code is never 0 then.
 */
import { writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { asStoreError, isDiskError, isSqliteError, StoreError } from '../store/errors.ts'
import { UserFolderError } from '../user/user-folder.ts'
import { LinkedWorkspaceError } from '../user/workspace.ts'
import { printable } from './text.ts'

/** An expected refusal. */
export interface Refusal {
  /** For programs; stays as it is. */
  readonly code: string
  readonly message: string
  /** What to do. */
  readonly hint: string
  /** 1, or 2 where the words of the command name nothing, or too much. */
  readonly exit: 1 | 2
}

const printed = [process.stdout, process.stderr]

/** Ignores errors of the output: a closed pipe, or a terminal that is gone. */
export function ignoreBrokenPipe(): void {
  for (const stream of printed) stream.on('error', () => {})
}

/** Whether the answer is a refusal. */
export const isRefusal = (answer: object): answer is Refusal => 'exit' in answer && 'hint' in answer

/** The options that every command has. */
export const CommonOptions = z.object({ json: z.boolean().default(false), root: z.string().optional() })

/**
 * Performs a command's work; `null` means that it is done. It stops when its output is closed, unless it `goesOn`: then
 * its effect counts, not its output.
 */
export async function perform(
  { json, goesOn = false }: { readonly json: boolean; readonly goesOn?: boolean },
  work: () => Promise<Refusal | null>,
): Promise<void> {
  if (goesOn) ignoreBrokenPipe()
  else for (const stream of printed) stream.on('error', stopOnBrokenPipe)
  const refusal = await work().catch(storeRefusal)
  if (refusal === null) return
  const { exit, ...error } = refusal
  if (json) printJson({ error })
  else printNote(`yesterday: ${error.message}\n  ${error.hint}`)
  process.exitCode = exit
}

/** A line for a person on stderr, beside what was asked for. */
export const warn = (text: string): void => printNote(`yesterday: ${text}`)

/** Lines on stderr for a person. */
export function printNote(text: string): void {
  process.stderr.write(`${printable(text)}\n`)
}

/** One line of JSON on stdout. */
export const printJson = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`)

/** Lines of text on stdout. */
export const printLines = (lines: Iterable<string>) => {
  for (const line of lines) process.stdout.write(`${printable(line)}\n`)
}

/** Prints what was made, or writes it to the file that `-o` names; a refusal where the system does not let it. */
export async function putOut(body: string | Uint8Array, file: string | undefined): Promise<Refusal | null> {
  if (file === undefined) process.stdout.write(body)
  else return writeFile(file, body).then(done, (error: unknown) => notWritten(file, error))
  return null
}

const done = (): null => null

/** What the system says of a file that could not be written. */
export const notWritten = (file: string, error: unknown): Refusal => ({
  code: 'not-written',
  message: `"${file}" was not written: ${error instanceof Error ? error.message : String(error)}`,
  hint: 'Check that its folder exists and is writable, and that the disk is not full.',
  exit: 1,
})

function storeRefusal(thrown: unknown): Refusal {
  if (thrown instanceof UserFolderError || thrown instanceof LinkedWorkspaceError)
    return { code: 'unusable-folder', message: thrown.message, hint: thrown.hint, exit: 1 }
  if (!(thrown instanceof StoreError || isSqliteError(thrown) || isDiskError(thrown))) throw thrown
  const { code, message, hint } = asStoreError(thrown)
  return { code, message, hint, exit: 1 }
}

/** `yesterday log | head` ends when `head` has enough. */
function stopOnBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit()
}
