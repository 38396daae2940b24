/**
 * pure. Finds secrets in a text by their shape, and by the words before them.
 * Twin of the agent's `secret_finder.py`: a change here is a change there. `agent/tests/secrets.json` is tried on both.
 */
import { formats, privateKeys } from './formats.ts'
import { type NameClass, nameClass, variableClass, wordSet } from './names.ts'
import { type Found, findPlaces, foundAt, QUOTED } from './places.ts'
import { isPlaceholder, isTemplate, isWordy, looksRandom, looksSecret, looksSecretBare } from './shapes.ts'

/** Characters. In longer texts, as floods of output are, the words before a value are not looked at. */
export const WORDS_UP_TO = 256 * 1024

/** Every format has as many token characters in a row. */
const RUN = 16
const isTokenChar = new Uint8Array(128).map((_, code) =>
  /[A-Za-z0-9_+/=-]/.test(String.fromCharCode(code)) ? 1 : 0,
)

const NOUNS = ['pass', 'pwd', 'pw', 'secret', 'token', 'key', 'credential', 'sig']
const NOUN =
  /(?:pass(?:word|wd|phrase|code)?|pwd|pw|secret|token|key|credentials?|sig(?:nature)?)\d{0,3}(?![A-Za-z0-9_])/iy
const TYPE = String.raw`(?::[ \t]{0,4}[A-Za-z_][\w.]{0,40}(?:\[[\w., |]{0,40}\])?(?:[ \t]?\|[ \t]?\w{1,20})?)?`
const OPERATOR = String.raw`\\{0,3}["'${'`'}]?\]?${TYPE}[ \t]{0,8}(?::=|=>|=|:)[ \t]{0,8}`
const BARE = String.raw`[^\s"'${'`'}\\,;&<>(){}\[\]|]`
const ASSIGNED = new RegExp(
  String.raw`${OPERATOR}(?:(?:SecretStr|SecretBytes|Secret|str|bytes)\()?${QUOTED}`,
  'diy',
)
const ASSIGNED_BARE = new RegExp(`${OPERATOR}(${BARE}{4,512})`, 'diy')
const OPTION = new RegExp(String.raw`(?:[ \t]+|=)(["']?)(${BARE}{3,512})`, 'diy')
const OPTION_IN_LIST = new RegExp(String.raw`["'][ \t]*,\s*${QUOTED}`, 'diy')
const QUERY = /=([^&;\s"'<>#\\{}()[\]]{1,4096})/dy
const PROSE = wordSet(
  'is are was or and to for in with not can may must if when from file the option argument flag value requires ' +
    'required given set used via as of on by',
)
const LITERAL =
  /"""[^\0]*?(?:"""|(?![^\0]))|'''[^\0]*?(?:'''|(?![^\0]))|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|#[^\n]*|^[ \t]*(?:%%(?:bash|sh|script|cmd|system|!)[^\0]*|[!%][^\n]*)|=[ \t]*[!%][^\n]*/gm

/** Where the run of such characters begins that ends before `end`, at most `most` of them. */
export function runStart(text: string, end: number, most: number, isChar: RegExp): number {
  let start = end
  while (start > Math.max(0, end - most) && isChar.test(text[start - 1] ?? '')) start--
  return start
}

/** Keys of known issuers, tokens and private keys. */
export function* findFormats(text: string): Generator<Found> {
  if (!hasRun(text)) return
  for (const { keys, pattern } of formats) {
    if (!keys.some((key) => text.includes(key))) continue
    for (const { index, 0: value } of text.matchAll(pattern))
      yield { start: index, end: index + value.length, kind: null }
  }
  for (const [start, end] of privateKeys(text)) yield { start, end, kind: null }
}

function hasRun(text: string): boolean {
  for (let at = 0, run = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    run = code < 128 && isTokenChar[code] === 1 ? run + 1 : 0
    if (run === RUN) return true
  }
  return false
}

/**
 * Values behind names like `password`, in addresses, headers, options and calls. In code a value without quotes is an
 * expression, and counts only inside a text, a comment or a shell command.
 */
export function* findNamed(text: string, isCode: boolean): Generator<Found> {
  if (text.length > WORDS_UP_TO) return
  const lowered = inSmallLetters(text)
  yield* afterNouns(text, lowered, isCode)
  yield* findPlaces(text, lowered)
}

/** As long as the text itself. */
function inSmallLetters(text: string): string {
  const lowered = text.toLowerCase()
  return lowered.length === text.length ? lowered : text.replace(/[A-Z]+/g, (part) => part.toLowerCase())
}

function* afterNouns(text: string, lowered: string, isCode: boolean): Generator<Found> {
  let literals: (readonly [number, number])[] | null = null
  for (const start of positions(lowered)) {
    const noun = matchAt(NOUN, text, start)
    if (noun === null) continue
    const end = start + noun[0].length
    const name = text.slice(runStart(text, start, 80, isNameChar), end)
    const quoted = quotedAfter(text, name, end)
    if (quoted === null && isCode) literals ??= literalSpans(text)
    const mayBeBare = literals?.some(([low, high]) => low <= start && start < high) ?? true
    const found = quoted ?? (mayBeBare ? bareAfter(text, name, end) : null)
    if (found !== null) yield found
  }
}

const isNameChar = /[A-Za-z0-9_.-]/

const literalSpans = (code: string) =>
  [...code.matchAll(LITERAL)].map(({ index, 0: value }) => [index, index + value.length] as const)

function positions(lowered: string): readonly number[] {
  const found = new Set<number>()
  for (const noun of NOUNS)
    for (let at = lowered.indexOf(noun); at >= 0; at = lowered.indexOf(noun, at + 1)) found.add(at)
  return [...found].sort((a, b) => a - b)
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** `password = "…"`, `"password": "…"`, `"--password", "…"`. */
function quotedAfter(text: string, name: string, end: number): Found | null {
  const kind = nameClass(name)
  if (kind === null) return null
  const inList = () => (name.startsWith('-') ? matchAt(OPTION_IN_LIST, text, end) : null)
  const match = matchAt(ASSIGNED, text, end) ?? inList()
  return match !== null && looksSecret(match[2] ?? '', kind) ? foundAt(match, 2, kind) : null
}

/** `password: …`, `PASSWORD=…`, `--password …`, `?password=…&`. */
function bareAfter(text: string, name: string, end: number): Found | null {
  const start = end - name.length
  const query = start > 0 && '?&;'.includes(text[start - 1] ?? ' ') ? matchAt(QUERY, text, end) : null
  if (query !== null) return inQuery(name, query)
  const isUpper = name !== name.toLowerCase() && name === name.toUpperCase()
  const kind = isUpper ? variableClass(name) : nameClass(name)
  if (kind === null) return null
  const option = name.startsWith('-') ? matchAt(OPTION, text, end) : null
  if (option !== null)
    return isOptionValue(option[2] ?? '', kind, option[1] !== '') ? foundAt(option, 2, kind) : null
  const match = matchAt(ASSIGNED_BARE, text, end)
  if (match === null || /^[([]/.test(text.slice(match.index + match[0].length))) return null
  const value = (match[1] ?? '').replace(/[.,:!?]+$/, '')
  if (!looksSecretBare(value, kind, isUpper && text[end] === '=')) return null
  const found = foundAt(match, 1, kind)
  return { ...found, end: found.start + value.length }
}

/** Whether this follows `--password` in a command, and not in a sentence about it. */
function isOptionValue(value: string, kind: NameClass, isQuoted: boolean): boolean {
  if (isPlaceholder(value) || value.startsWith('-')) return false
  return isQuoted || !(kind === 'key' ? isWordy(value) : PROSE.has(value.toLowerCase()))
}

function inQuery(name: string, match: RegExpExecArray): Found | null {
  const kind = nameClass(name)
  const value = match[1] ?? ''
  const last = name.toLowerCase().replaceAll('-', '_').split('_').at(-1)
  if (last === 'key' && kind === null) return looksRandom(value) ? foundAt(match, 1, 'key') : null
  const isSecret = kind !== null || last === 'sig' || last === 'signature'
  return isSecret && !isTemplate(value) ? foundAt(match, 1, kind ?? 'key') : null
}
