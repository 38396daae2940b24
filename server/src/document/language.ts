/** pure. What a script of the notebook's language looks like: its ending and how it begins a comment. */
import type { NotebookForm } from './cell-form.ts'
import { isJsonObject, type Json } from './json-value.ts'

export interface Language {
  /** Lower case: `python`, `r`, `julia`. */
  readonly name: string
  /** With its dot. */
  readonly extension: string
  readonly comment: string
}

const slashes: ReadonlySet<string> = new Set([
  'c++',
  'csharp',
  'go',
  'java',
  'javascript',
  'kotlin',
  'rust',
  'scala',
  'typescript',
])

/** Python where the notebook does not say. */
export function languageOf({ metadata }: Pick<NotebookForm, 'metadata'>): Language {
  const { language_info: info, kernelspec: spec } = metadata
  const name = (textOf(info, 'name') ?? textOf(spec, 'language') ?? 'python').toLowerCase()
  const named = textOf(info, 'file_extension') ?? ''
  const extension = /^\.[a-z0-9]{1,8}$/i.test(named) ? named : name === 'python' ? '.py' : '.txt'
  return { name, extension, comment: slashes.has(name) ? '//' : '#' }
}

function textOf(value: Json | undefined, key: string): string | null {
  const member = isJsonObject(value) ? value[key] : undefined
  return typeof member === 'string' && member !== '' ? member : null
}
