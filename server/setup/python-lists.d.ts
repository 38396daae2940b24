export const LISTS: Readonly<
  Record<string, { readonly packages: readonly string[]; readonly oldest: string }>
>
export function lockFile(name: string): string
export function requirementsOf(name: string): readonly string[]
