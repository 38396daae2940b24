/** Runs of which the code can do nothing but import what is installed: these run anywhere without a rehearsal. */
import type { Receipt } from '../../contract/run.ts'
import { isNoise } from './isolation/changes.ts'

const IMPORT = /^(?:import|from)\s[\w\s.,()*]+$/

/** True for imports alone, of no module of the person's own, that left no trace outside. */
export function isInert({ source, used, generated }: Receipt): boolean {
  // Libraries fill caches of their own when they are imported: matplotlib the list of fonts.
  const edges = [...used, ...generated].filter(({ kind, name }) => kind !== 'file' || !isNoise(name))
  const kinds = new Set<string>(edges.map(({ kind }) => kind))
  if (EFFECTS.some((kind) => kinds.has(kind))) return false
  return statements(source).every((line) => IMPORT.test(line))
}

const EFFECTS = ['module', 'file', 'table', 'directory', 'url', 'socket', 'subprocess'] as const

/** Lines without comments, those in brackets joined. */
function statements(source: string): readonly string[] {
  const joined = source
    .replace(/\\\n/g, ' ')
    .replace(/#[^\n]*/g, '')
    .replace(/\(([^()]*)\)/g, (_, inner: string) => ` ${inner.replaceAll('\n', ' ')} `)
  return joined
    .split(/[\n;]/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
