/** pure. A notebook as a plain script: its code in order, its text as comments, no marks of cells. */
import type { CellForm, NotebookForm } from '../document/cell-form.ts'
import { type Language, languageOf } from '../document/language.ts'
import { asComment, cellMagic, commentMagics } from '../document/magics.ts'

/** The whole script; raw cells are neither code nor text and are left out. */
export function plainScript(form: NotebookForm): string {
  const language = languageOf(form)
  const parts = form.cells
    .filter(({ type, source }) => type !== 'raw' && source.trim() !== '')
    .map((cell) => part(cell, language).trimEnd())
  return `${parts.join('\n\n')}\n`
}

/** A cell that is given to another program is no code of this language as a whole. */
function part({ type, source }: CellForm, language: Language): string {
  const isForeign = language.name === 'python' && cellMagic(source) !== null
  return type === 'code' && !isForeign ? commentMagics(source, language) : asComment(source, language)
}
