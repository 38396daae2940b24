/** `yesterday env lock NOTEBOOK`: writes the exact packages of its kernel beside it, or into its first cell. */
import { basename, dirname, join, resolve } from 'node:path'
import { nodeDisk } from '../document/disk.ts'
import type { ReadNotebook } from '../document/ipynb-read.ts'
import { writeNotebook } from '../document/ipynb-write.ts'
import { fileText } from '../document/notebook-file.ts'
import {
  hasInline,
  inlineText,
  lockName,
  lockOf,
  lockText,
  type MadeLock,
} from '../environments/lock-file.ts'
import { isRefusal, notWritten, printJson, printLines, type Refusal, warn } from './answer.ts'
import type { EnvOptions } from './env.ts'
import { kernelPackages } from './env-kernel.ts'
import { counted } from './text.ts'

export async function lockEnvironment(notebook: string, options: EnvOptions): Promise<Refusal | null> {
  if (options.inline && options.output !== undefined) return inlineOnly
  const found = await kernelPackages(notebook, options)
  if (isRefusal(found)) return found
  const { environment, read } = found
  const made = lockOf(environment.version, environment.packages)
  if (options.output === '-') {
    process.stdout.write(lockText(made, basename(notebook)))
    return null
  }
  const file = placeOf(notebook, options)
  const parts =
    options.inline && read !== null ? await withBlock(read, made) : [lockText(made, basename(notebook))]
  try {
    await nodeDisk.replace(file, parts)
  } catch (error) {
    return notWritten(file, error)
  }
  const { lock, leftOut } = made
  if (options.json) printJson({ file, python: lock.python, packages: lock.packages.length, leftOut })
  else printLines([`${file}: Python ${lock.python}, ${counted(lock.packages.length, 'package')}`])
  if (!options.json) leftOut.forEach(warn)
  return null
}

function placeOf(notebook: string, { inline, output }: EnvOptions): string {
  if (inline) return resolve(notebook)
  return resolve(output ?? join(dirname(notebook), lockName(basename(notebook))))
}

/** The block replaces that of the first cell that has one; else it is a new first cell. */
async function withBlock({ file, large }: ReadNotebook, made: MadeLock): Promise<string[]> {
  const source = inlineText(made)
  const { cells } = file.form
  const place = cells.findIndex((cell) => cell.type === 'code' && hasInline(cell.source))
  const block = {
    id: freeId(cells.map(({ id }) => id)),
    type: 'code' as const,
    source,
    metadata: {},
    attachments: null,
    outputs: [],
    executionCount: null,
  }
  const next =
    place === -1 ? [block, ...cells] : cells.map((cell, at) => (at === place ? { ...cell, source } : cell))
  const written = await writeNotebook(
    file,
    { ...file.form, cells: next },
    async (digest) => large.get(digest) ?? null,
  )
  return [...fileText(written)]
}

function freeId(taken: readonly string[]): string {
  let id = 'environment'
  for (let count = 2; taken.includes(id); count++) id = `environment-${count}`
  return id
}

const inlineOnly: Refusal = {
  code: 'bad-words',
  message: '--inline writes into the notebook, and --output into another file.',
  hint: 'Give one of them.',
  exit: 2,
}
