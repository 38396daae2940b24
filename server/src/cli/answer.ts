/**
 * What a command answers when it cannot do what was asked, said in one place: a sentence and what to do, on stderr for
 * a person, as one JSON object on stdout for a program. The exit code is never 0 then.
 */
import { z } from 'zod'
import { asStoreError, isSqliteError, StoreError } from '../store/errors.ts'

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

/** Tells refusals from what was asked for. */
export const isRefusal = (answer: object): answer is Refusal => 'exit' in answer && 'hint' in answer

/** The options that every command has. */
export const CommonOptions = z.object({ json: z.boolean().default(false), root: z.string().optional() })

/** Performs a command's work; `null` means that it is done. */
export async function perform(
  { json }: { readonly json: boolean },
  work: () => Promise<Refusal | null>,
): Promise<void> {
  process.stdout.on('error', stopWhenNobodyReads)
  const refusal = await work().catch(storeRefusal)
  if (refusal === null) return
  const { exit, ...error } = refusal
  if (json) printJson({ error })
  else process.stderr.write(`yesterday: ${error.message}\n  ${error.hint}\n`)
  process.exitCode = exit
}

/** One line of JSON on stdout. */
export const printJson = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`)

/** Lines of text on stdout. */
export const printLines = (lines: Iterable<string>) => {
  for (const line of lines) process.stdout.write(`${line}\n`)
}

function storeRefusal(thrown: unknown): Refusal {
  if (!(thrown instanceof StoreError || isSqliteError(thrown))) throw thrown
  const { code, message, hint } = asStoreError(thrown)
  return { code, message, hint, exit: 1 }
}

/** `yesterday log | head` ends when `head` has enough. */
function stopWhenNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit()
}
