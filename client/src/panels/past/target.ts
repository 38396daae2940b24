/**
 * pure. Addresses of what is inside a notebook: `/notebooks/PATH?id=DOCUMENT#…`. The id finds the notebook again when its
 * file has another path; what follows `#` is one target, written as here.
 *
 * `#cell=ID` · `#comment=ID` · `#run=ID` · `#output=RUN:0` · `#version=RUN:VERSION` · `#checkpoint=ID` ·
 * `#changes=CHECKPOINT` · `#changes=CHECKPOINT:CHECKPOINT` · `#compare=RUN:RUN` · `#timeline=SESSION` ·
 * `#history=log`. `#ID` is a cell as well.
 */
import type { PastView } from '../../access/place.ts'

export type Target =
  | {
      readonly at: 'cell'
      readonly cell: string /** True for `#ID`, which may be something else. */
      readonly isBare: boolean
    }
  | { readonly at: 'comment'; readonly thread: string }
  | { readonly at: 'past'; readonly view: PastView }

/** What a URL's hash names; null for none, or for one that cannot be read. */
export function parseTarget(hash: string): Target | null {
  const text = hash.replace(/^#/, '')
  if (text === '' || text.length > LONGEST) return null
  const equals = text.indexOf('=')
  try {
    if (equals === -1) return { at: 'cell', cell: decodeURIComponent(text), isBare: true }
    const parts = text
      .slice(equals + 1)
      .split(':')
      .map(decodeURIComponent)
    return parts.some((part) => part === '') ? null : named(text.slice(0, equals), parts)
  } catch {
    return null
  }
}

const LONGEST = 1_000

function named(name: string, [first = '', second, third]: readonly string[]): Target | null {
  if (third !== undefined) return null
  if (second === undefined) {
    if (name === 'cell') return { at: 'cell', cell: first, isBare: false }
    if (name === 'comment') return { at: 'comment', thread: first }
  }
  const view = viewNamed(name, first, second)
  return view === null ? null : { at: 'past', view }
}

function viewNamed(name: string, first: string, second: string | undefined): PastView | null {
  if (name === 'changes') return { at: 'changes', checkpoint: first, other: second ?? null }
  if (second === undefined) {
    if (name === 'run') return { at: 'receipt', run: first }
    if (name === 'history') return first === 'log' ? { at: 'log' } : null
    if (name === 'checkpoint') return { at: 'checkpoint', checkpoint: first }
    return name === 'timeline' ? { at: 'timeline', session: first } : null
  }
  if (name === 'compare') return { at: 'compare', left: first, right: second }
  if (name === 'version') return { at: 'receipt', run: first, part: { version: second } }
  const isIndex = /^\d{1,6}$/.test(second)
  return name === 'output' && isIndex ? { at: 'receipt', run: first, part: { output: Number(second) } } : null
}

const hash = (name: string, ...parts: readonly (string | number)[]): string =>
  `#${name}=${parts.map(encodeURIComponent).join(':')}`

export const cellHash = (cell: string): string => hash('cell', cell)
export const commentHash = (thread: string): string => hash('comment', thread)

/** The hash of an output as a run recorded it; of its cell if no run of it is known. */
export const outputHash = (run: string | null, cell: string, output: number): string =>
  run === null ? cellHash(cell) : hash('output', run, output)

/** The hash of a view; null for one that has no address of its own. */
export function viewHash(view: PastView): string | null {
  switch (view.at) {
    case 'receipt':
      if (view.part === undefined) return hash('run', view.run)
      return 'output' in view.part
        ? hash('output', view.run, view.part.output)
        : hash('version', view.run, view.part.version)
    case 'checkpoint':
      return hash('checkpoint', view.checkpoint)
    case 'changes':
      return hash('changes', view.checkpoint, ...(view.other === null ? [] : [view.other]))
    case 'compare':
      return hash('compare', view.left, view.right)
    case 'timeline':
      return hash('timeline', view.session)
    default:
      return null
  }
}
