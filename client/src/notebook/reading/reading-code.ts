/** pure. Python that reads a data file of the project, by the ending of its name. */
import { extensionOf } from '../../files/tree.ts'

interface Reader {
  readonly imports: readonly string[]
  /** The expression that reads it; `path` is a literal of Python. */
  readonly read: (path: string) => string
  /** Whether the value is worth seeing at once. */
  readonly shows: boolean
}

const PANDAS = 'import pandas as pd'
const NUMPY = 'import numpy as np'
const PATH = 'from pathlib import Path'

const frame = (call: string, more = ''): Reader => ({
  imports: [PANDAS],
  read: (path) => `pd.${call}(${path}${more})`,
  shows: true,
})
const reader = (imports: readonly string[], read: Reader['read'], shows = false): Reader => ({
  imports,
  read,
  shows,
})

const csv = frame('read_csv')
const excel = frame('read_excel')
const json = reader(['import json', PATH], (path) => `json.loads(Path(${path}).read_text())`)
const lines = frame('read_json', ', lines=True')
const yaml = reader(['import yaml', PATH], (path) => `yaml.safe_load(Path(${path}).read_text())`)
const image = reader(['from PIL import Image'], (path) => `Image.open(${path})`, true)
const torch = reader(['import torch'], (path) => `torch.load(${path}, weights_only=True)`)
const sqlite = reader(['import sqlite3'], (path) => `sqlite3.connect(${path})`)
const hdf = reader(['import h5py'], (path) => `h5py.File(${path}, 'r')`)
const array = reader([NUMPY], (path) => `np.load(${path})`)
const text = reader([PATH], (path) => `Path(${path}).read_text()`)
const bytes = reader([PATH], (path) => `Path(${path}).read_bytes()`)

const READERS: Readonly<Record<string, Reader>> = {
  csv,
  tsv: frame('read_csv', ", sep='\\t'"),
  parquet: frame('read_parquet'),
  pq: frame('read_parquet'),
  feather: frame('read_feather'),
  arrow: frame('read_feather'),
  orc: frame('read_orc'),
  xlsx: excel,
  xls: excel,
  ods: excel,
  json,
  geojson: json,
  jsonl: lines,
  ndjson: lines,
  yaml,
  yml: yaml,
  toml: reader(['import tomllib', PATH], (path) => `tomllib.loads(Path(${path}).read_text())`),
  xml: frame('read_xml'),
  npy: array,
  npz: array,
  pt: torch,
  pth: torch,
  safetensors: reader(['from safetensors.torch import load_file'], (path) => `load_file(${path})`),
  h5: hdf,
  hdf5: hdf,
  db: sqlite,
  sqlite,
  sqlite3: sqlite,
  duckdb: reader(['import duckdb'], (path) => `duckdb.connect(${path}, read_only=True)`),
  png: image,
  jpg: image,
  jpeg: image,
  gif: image,
  webp: image,
  tif: image,
  tiff: image,
  bmp: image,
  txt: text,
  md: text,
  log: text,
}

/**
 * Code for a cell of the notebook at `notebook`: the imports that none of `sources` has, and a variable of the file's name
 * that they do not use. Both paths are from the project's folder, the code's is from the notebook's.
 */
export function readingCode(file: string, notebook: string, sources: readonly string[]): string {
  const { imports, read, shows } = READERS[extensionOf(file)] ?? bytes
  const known = sources.join('\n')
  const missing = imports.filter((line) => !hasLine(known, line))
  const name = variableFor(file, known)
  const body = [`${name} = ${read(literal(relative(file, notebook)))}`, ...(shows ? [name] : [])]
  return [...missing, ...(missing.length > 0 ? [''] : []), ...body].join('\n')
}

const hasLine = (text: string, line: string): boolean => text.split('\n').some((one) => one.trim() === line)

/** From the notebook's folder, which is the working folder of its kernel. */
function relative(file: string, notebook: string): string {
  const [from, to] = [notebook.split('/').slice(0, -1), file.split('/')]
  let shared = 0
  while (shared < from.length && shared < to.length - 1 && from[shared] === to[shared]) shared++
  return [...from.slice(shared).map(() => '..'), ...to.slice(shared)].join('/')
}

/** A text as Python writes it. */
function literal(value: string): string {
  const escaped = [...value].map((char) => {
    if (char === '\\' || char === "'") return `\\${char}`
    const code = char.codePointAt(0) ?? 0
    return code < 32 || code === 127 ? `\\x${code.toString(16).padStart(2, '0')}` : char
  })
  return `'${escaped.join('')}'`
}

const KEYWORDS = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global if ' +
    'import in is lambda nonlocal not or pass raise return try while with yield match case type ' +
    'input open list dict set str int float bytes id print max min sum map filter type range'
  ).split(' '),
)

function variableFor(file: string, known: string): string {
  const base = (file.split('/').at(-1) ?? '').replace(/\.[^.]*$/, '')
  const plain = base
    .normalize('NFKC')
    .replace(/[^\p{ID_Continue}]+/gu, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase()
  const begun = /^\p{ID_Start}/u.test(plain) ? plain : `data_${plain}`.replace(/_$/, '')
  const name = KEYWORDS.has(begun) ? `${begun}_` : begun
  let free = name
  for (let n = 2; uses(known, free); n++) free = `${name}_${n}`.replace('__', '_')
  return free
}

const uses = (text: string, name: string): boolean =>
  new RegExp(`(?<![\\p{ID_Continue}.])${name}(?!\\p{ID_Continue})`, 'u').test(text)
