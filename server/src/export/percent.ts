/**
 * pure. A notebook as a script whose cells are marked by `# %%`, as Jupytext, VS Code and Spyder read it
 * (https://jupytext.readthedocs.io/en/latest/formats-scripts.html#the-percent-format). Outputs are left out.
 */
import type { CellForm, NotebookForm } from '../document/cell-form.ts'
import { isJsonObject, type JsonObject } from '../document/json-value.ts'
import { type Language, languageOf } from '../document/language.ts'
import { asComment, cellMagic, commentMagics } from '../document/magics.ts'

/** The whole script. */
export function percentScript(form: NotebookForm): string {
  const language = languageOf(form)
  const cells = form.cells.map((cell) => cellText(cell, language))
  return `${[header(form, language), ...cells].join('\n\n')}\n`
}

function cellText({ type, source, metadata }: CellForm, language: Language): string {
  const marker = `${language.comment} %%`
  if (type !== 'code') return joined(`${marker} [${type}]${options(metadata)}`, asComment(source, language))
  const magic = language.name === 'python' ? cellMagic(source) : null
  if (magic === null || !otherLanguages.has(magic.name) || magic.rest !== '')
    return joined(marker + options(metadata), commentMagics(source, language))
  const body = source.split('\n').slice(1).join('\n')
  return joined(marker + options({ ...metadata, language: magic.name }), asComment(body, language))
}

const joined = (marker: string, text: string): string => (text === '' ? marker : `${marker}\n${text}`)

/** Cell magics that Jupytext reads back from `language="…"`. */
const otherLanguages: ReadonlySet<string> = new Set([
  'R',
  'bash',
  'html',
  'javascript',
  'latex',
  'markdown',
  'perl',
  'ruby',
  'sh',
  'sql',
  'svg',
])

/** What programs note for themselves does not belong in a script. */
const ofPrograms: ReadonlySet<string> = new Set([
  'autoscroll',
  'collapsed',
  'execution',
  'ExecuteTime',
  'scrolled',
  'trusted',
])

function options(metadata: JsonObject): string {
  const entries = Object.entries(metadata).filter(
    ([key]) => /^[A-Za-z_][\w.-]*$/.test(key) && !ofPrograms.has(key),
  )
  return entries.map(([key, value]) => ` ${key}=${JSON.stringify(value)}`).join('')
}

function header({ metadata }: NotebookForm, { comment, extension }: Language): string {
  const spec = isJsonObject(metadata.kernelspec) ? metadata.kernelspec : {}
  const known = ['display_name', 'language', 'name'].filter((key) => typeof spec[key] === 'string')
  const lines = [
    '---',
    'jupyter:',
    '  jupytext:',
    '    text_representation:',
    `      extension: ${extension}`,
    '      format_name: percent',
    "      format_version: '1.3'",
    ...(known.length === 0
      ? []
      : ['  kernelspec:', ...known.map((key) => `    ${key}: ${JSON.stringify(spec[key])}`)]),
    '---',
  ]
  return lines.map((line) => `${comment} ${line}`).join('\n')
}
