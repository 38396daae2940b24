/**
 * pure. A notebook as Jupyter clients have it, with each text as one string, and as nbformat writes it to a file, with a
 * list of lines (https://nbformat.readthedocs.io/en/latest/format_description.html).
 */
import { isJsonObject, type Json, type JsonObject } from '../../../contract/json.ts'
import { splitText } from '../../document/cell-form.ts'

type ChangeText = (value: Json) => Json

/** A list of strings becomes one string; every other value stays. */
const join: ChangeText = (value) =>
  Array.isArray(value) && value.every((line) => typeof line === 'string') ? value.join('') : value

/** A string becomes a list of its lines; every other value stays. */
const split: ChangeText = (value) => (typeof value === 'string' ? splitText(value) : value)

/** What the file's JSON says, for a client. */
export const forClient = (notebook: JsonObject): JsonObject => withTexts(notebook, join)

/** The text of a new file. Keys are sorted and one space indents, as nbformat does. */
export function newFileText(notebook: JsonObject): string {
  return `${JSON.stringify(withTexts(notebook, split), sorted, 1)}\n`
}

const sorted = (_: string, value: Json): Json =>
  isJsonObject(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
    : value

function withTexts(notebook: JsonObject, change: ChangeText): JsonObject {
  const { cells } = notebook
  return Array.isArray(cells) ? { ...notebook, cells: cells.map((cell) => cellWith(cell, change)) } : notebook
}

function cellWith(cell: Json, change: ChangeText): Json {
  if (!isJsonObject(cell)) return cell
  const { source, outputs, attachments } = cell
  return {
    ...cell,
    ...(source !== undefined && { source: change(source) }),
    ...(Array.isArray(outputs) && { outputs: outputs.map((output) => outputWith(output, change)) }),
    ...(isJsonObject(attachments) && {
      attachments: mapValues(attachments, (bundle) => bundleWith(bundle, change)),
    }),
  }
}

function outputWith(output: Json, change: ChangeText): Json {
  if (!isJsonObject(output)) return output
  const { text, data } = output
  return {
    ...output,
    ...(text !== undefined && { text: change(text) }),
    ...(data !== undefined && { data: bundleWith(data, change) }),
  }
}

/** Values of JSON types are values, not texts. */
const isText = (mime: string): boolean => mime !== 'application/json' && !mime.endsWith('+json')

function bundleWith(bundle: Json, change: ChangeText): Json {
  if (!isJsonObject(bundle)) return bundle
  return mapValues(bundle, (value, mime) => (isText(mime) ? change(value) : value))
}

const mapValues = (object: JsonObject, change: (value: Json, key: string) => Json): JsonObject =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]))
