/**
 * pure. The lock of a notebook: the exact packages of its kernel, as a file beside it that pip and uv read as well, or as
 * a block of inline metadata (PEP 723) in its first cell.
 */
import type { Installed } from '../code-tools/read-packages.ts'
import {
  isCommit,
  isExactVersion,
  isPackageName,
  isRepository,
  type Locked,
  lockedText,
  parseLocked,
} from './requirement.ts'

export interface Lock {
  /** `3.11.4`. */
  readonly python: string
  readonly packages: readonly Locked[]
}

/** A lock, and what of the environment it cannot name, each as one line. */
export interface MadeLock {
  readonly lock: Lock
  readonly leftOut: readonly string[]
}

export type ParsedLock =
  | { readonly ok: true; readonly lock: Lock }
  | { readonly ok: false; readonly why: string; readonly line: number }

const MOST_PACKAGES = 5_000
const PYTHON = /^3\.\d{1,3}\.\d{1,3}$/
const PYTHON_LINE = /^# python ==(\S+)$/

/** `train.ipynb` → `train.lock.txt`. */
export const lockName = (notebook: string): string => `${notebook.replace(/\.ipynb$/i, '')}.lock.txt`

/** The version in a Python's own spelling, without the letters of a release that is not final. */
const plainPython = (version: string): string => /^\d+\.\d+\.\d+/.exec(version)?.[0] ?? version

/** The lock of what is installed. */
export function lockOf(version: string, installed: readonly Installed[]): MadeLock {
  const packages: Locked[] = []
  const leftOut: string[] = []
  for (const one of installed) {
    const made = lockedOf(one)
    if (typeof made === 'string') leftOut.push(made)
    else packages.push(made)
  }
  return { lock: { python: plainPython(version), packages }, leftOut }
}

function lockedOf({ name, version, origin }: Installed): Locked | string {
  if (!isPackageName(name)) return `not locked: a package whose name is none`
  const shown = `${name} ${isExactVersion(version) ? version : ''}`.trimEnd()
  if (origin?.kind === 'editable') return `editable, not locked: ${shown}`
  if (origin?.kind === 'git')
    return isRepository(origin.url) && isCommit(origin.commit)
      ? { name, url: origin.url, commit: origin.commit }
      : `from git, not locked, as its address is not a plain one over https: ${shown}`
  if (!isExactVersion(version)) return `not locked, as its version is not exact: ${shown}`
  return { name, version }
}

/** The file. */
export function lockText({ lock, leftOut }: MadeLock, notebook: string): string {
  const lines = [
    `# The packages of the kernel of ${notebook.replace(/[^\w. -]/gu, '_')}. To recreate it: yesterday env create NOTEBOOK`,
    `# python ==${lock.python}`,
    ...lock.packages.map(lockedText),
    ...leftOut.map((line) => `# ${line}`),
  ]
  return `${lines.join('\n')}\n`
}

/** Reads a file that `lockText` wrote, also one that a person or another program changed. */
export function parseLock(text: string): ParsedLock {
  let python: string | null = null
  const packages: Locked[] = []
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim()
    const said = PYTHON_LINE.exec(line)?.[1]
    if (said !== undefined) {
      if (python !== null || !PYTHON.test(said)) return wrong('is no version of Python', index)
      python = said
    }
    if (line === '' || line.startsWith('#')) continue
    const locked = parseLocked(line)
    if (locked === null) return wrong(NOT_EXACT, index)
    if (packages.push(locked) > MOST_PACKAGES) return wrong(`is package ${MOST_PACKAGES + 1}`, index)
  }
  if (python === null) return wrong('is missing: "# python ==3.11.4"', 0)
  return { ok: true, lock: { python, packages } }
}

const NOT_EXACT = 'is no NAME==VERSION and no NAME @ git+https://…@COMMIT'
const wrong = (why: string, index: number): ParsedLock => ({ ok: false, why, line: index + 1 })

const OPENING = '# /// script'
const CLOSING = '# ///'

/** The block of PEP 723; a cell with nothing else does nothing when it runs. */
export function inlineText({ lock, leftOut }: MadeLock): string {
  return [
    OPENING,
    `# requires-python = "==${lock.python}"`,
    '# dependencies = [',
    ...lock.packages.map((one) => `#   "${lockedText(one)}",`),
    '# ]',
    CLOSING,
    ...leftOut.map((line) => `# ${line}`),
  ].join('\n')
}

/** Whether a cell's source begins with such a block. */
export const hasInline = (source: string): boolean => source.trimStart().split('\n')[0]?.trimEnd() === OPENING

/** Reads the block of a cell. Other members of it than these two are refused: they could name other indexes. */
export function parseInline(source: string): ParsedLock {
  const lines = source.trim().split('\n')
  const end = lines.findIndex((line, index) => index > 0 && line.trimEnd() === CLOSING)
  if (end === -1) return wrong('opens a block that nothing closes', 0)
  let python: string | null = null
  let isList = false
  const packages: Locked[] = []
  for (const [index, raw] of lines.slice(1, end).entries()) {
    const line = raw.replace(/^#/, '').trim()
    const place = index + 1
    const said = /^requires-python = "==([^"]*)"$/.exec(line)?.[1]
    const named = /^"([^"\\]*)",?$/.exec(line)?.[1]
    if (said !== undefined && python === null && PYTHON.test(said)) python = said
    else if (!isList && line === 'dependencies = [') isList = true
    else if (isList && line === ']') isList = false
    else if (isList && named !== undefined) {
      const locked = parseLocked(named)
      if (locked === null) return wrong(NOT_EXACT, place)
      if (packages.push(locked) > MOST_PACKAGES) return wrong(`is package ${MOST_PACKAGES + 1}`, place)
    } else if (line !== '') return wrong('is not understood', place)
  }
  if (python === null) return wrong('lacks requires-python = "==3.11.4"', 0)
  return { ok: true, lock: { python, packages } }
}
