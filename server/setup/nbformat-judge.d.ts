export function problemOf(text: string): Promise<string>
interface Options {
  readonly invalid?: readonly string[]
  readonly since?: number
}
export function problemsIn(folder: string, options?: Options): Promise<readonly string[]>
export function expectValid(folder: string, options?: Options): Promise<void>
