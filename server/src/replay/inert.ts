/** pure. Runs of which the code can do nothing but import what is installed: these run anywhere without a rehearsal. */
import type { Receipt } from '../../contract/run.ts'

const IMPORT = /^(?:import|from)\s[\w\s.,()*]+$/

/** True for imports alone, of no module of the person's own, that left no trace outside. */
export function isInert({ source, used, generated }: Receipt): boolean {
  const kinds = new Set<string>([...used, ...generated].map(({ kind }) => kind))
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
