/** Snippets among the completions of Python cells: as the person, the project and this program have them. */
import type { editor, languages, Position } from 'monaco-editor/editor'
import { settings } from '../settings/settings-store.ts'

type Monaco = typeof import('monaco-editor/editor')

/** Those that begin as the word before the caret; none in a string or comment, and none behind a dot. */
export function registerSnippets(monaco: Monaco): void {
  monaco.languages.registerCompletionItemProvider('python', {
    provideCompletionItems: (model, position) => ({ suggestions: suggested(monaco, model, position) }),
  })
}

function suggested(monaco: Monaco, model: editor.ITextModel, position: Position): languages.CompletionItem[] {
  const { word, startColumn } = model.getWordUntilPosition(position)
  const before = model.getLineContent(position.lineNumber).slice(0, startColumn - 1)
  // A snippet is a statement: it begins a line.
  if (word === '' || before.trim() !== '') return []
  const range = new monaco.Range(position.lineNumber, startColumn, position.lineNumber, position.column)
  return matchesOf(word).map(([name, code]) => ({
    label: name,
    kind: monaco.languages.CompletionItemKind.Snippet,
    detail: code.split('\n')[0] ?? '',
    documentation: { value: `\`\`\`python\n${plainOf(code)}\n\`\`\`` },
    insertText: code,
    insertTextRules: monaco.languages.CompletionItemInsertTextRule.InsertAsSnippet,
    // Behind what the kernel knows of the same name.
    sortText: `~${name}`,
    range,
  }))
}

/** Those whose word begins so. */
export const matchesOf = (word: string): readonly (readonly [name: string, code: string])[] =>
  Object.entries(settings.get().snippets).filter(([name]) => name.startsWith(word))

/** The code with what its places hold at first. */
export const plainOf = (code: string): string =>
  code.replace(/\$\{\d+:([^}]*)\}/g, '$1').replace(/\$\{?\d+\}?/g, '')
