export interface Runner {
  readonly folder: string
  readonly command: readonly string[]
  readonly isPython?: boolean
  readonly needsPython?: boolean
  readonly needsPage?: boolean
  select(words: readonly string[]): string[]
}
export function runnerOf(path: string): Runner | null
export function wordsFor(runner: Runner, words: readonly string[]): string[]
