/**
 * Secret values that are known: found wherever they occur, also in another encoding.
 * Twin of the agent's `known_secrets.py`: a change here is a change there. `agent/tests/secrets.json` is tried on both.
 */
import { findFormats, findNamed, WORDS_UP_TO } from './finder.ts'
import { variableClass } from './names.ts'
import { isPath, isPlaceholder, isPlainWord } from './shapes.ts'
import { coded, spelled } from './spellings.ts'

/** Characters. A shorter value would be found in every text. */
const SHORTEST = 3
const LONGEST = 16 * 1024
const MOST = 300
const SHORTEST_LINE = 16
const WHOLE_SEARCH = 4 * 1024 * 1024

/** One spelling of a secret. `alone`: it counts only where no letter or digit is beside it. */
interface Needle {
  readonly text: string
  readonly secret: string
  readonly alone: boolean
}

/** The position of a secret; `value` is empty if it is the text at this position. */
export interface Place {
  readonly start: number
  readonly end: number
  readonly value: string
}

/** The values that are known so far. They are never forgotten, and never written anywhere. */
export class KnownSecrets {
  readonly #secrets = new Set<string>()
  #plain: readonly Needle[] = []
  #encoded: readonly Needle[] = []
  #bytes: { readonly plain: readonly Buffer[]; readonly encoded: readonly Buffer[] } = {
    plain: [],
    encoded: [],
  }

  /** From now on these are known. What is shorter than three characters is not looked for. */
  learn(values: Iterable<string>): void {
    const fits = (value: string) => value.length >= SHORTEST && value.length <= LONGEST
    const news = [...values].filter((value) => fits(value) && !this.#secrets.has(value))
    if (news.length === 0 || this.#secrets.size >= MOST) return
    for (const value of news) this.#secrets.add(value)
    const needles = [...this.#secrets].flatMap((secret) => [...needlesOf(secret)])
    this.#plain = longestFirst(needles.filter(({ text, secret }) => secret.includes(text)))
    this.#encoded = longestFirst(needles.filter(({ text, secret }) => !secret.includes(text)))
    this.#bytes = byteForms(this.#secrets)
  }

  /** Secrets of an environment. */
  learnVariables(variables: Readonly<Record<string, string | undefined>>): void {
    this.learn(
      Object.entries(variables).flatMap(([name, text]) =>
        text === undefined ? [] : [...variableSecrets(name, text)],
      ),
    )
  }

  /** The known values themselves, to find them in other texts. */
  get values(): ReadonlySet<string> {
    return this.#secrets
  }

  /** The positions of known values, with the value. */
  *find(text: string): Generator<Place> {
    for (const needle of this.#plain) yield* occurrences(text, needle)
    if (text.length > WORDS_UP_TO) return
    for (const needle of this.#encoded) yield* occurrences(text, needle)
  }

  /** Where the end of the text may be the beginning of a known value; the text's length where nowhere. */
  begins(text: string, atLeast: number): number {
    const last = text.slice(-1)
    let found = text.length
    for (const { text: needle } of [...this.#plain, ...this.#encoded]) {
      if (!needle.includes(last)) continue
      const least = Math.min(atLeast, Math.floor(needle.length / 2) + 1)
      for (let size = Math.min(needle.length - 1, text.length); size >= least; size--) {
        if (!text.endsWith(needle.slice(0, size))) continue
        found = Math.min(found, text.length - size)
        break
      }
    }
    return found
  }

  /** Whether the bytes contain a known value. Above 4 MiB not every encoding is searched. */
  inBytes(bytes: Uint8Array): boolean {
    const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const { plain, encoded } = this.#bytes
    if (plain.some((form) => whole.includes(form))) return true
    return whole.length <= WHOLE_SEARCH && encoded.some((form) => whole.includes(form))
  }
}

/** What is secret in the value of an environment variable, or of a line in a dotenv file. */
export function* variableSecrets(name: string, text: string): Generator<string> {
  const kind = variableClass(name)
  const isLong = text.length >= (kind === 'password' ? 4 : 8)
  if (kind !== null && isLong && !isPlaceholder(text) && !isPath(text)) yield text
  for (const { start, end } of [...findFormats(text), ...findNamed(text, false)]) yield text.slice(start, end)
}

function longestFirst(needles: readonly Needle[]): readonly Needle[] {
  const every = [...new Map(needles.map((needle) => [needle.text, needle])).values()]
  return every.sort((a, b) => b.text.length - a.text.length || (a.text < b.text ? -1 : 1))
}

function* needlesOf(secret: string): Generator<Needle> {
  yield { text: secret, secret, alone: isPlainWord(secret) }
  for (const line of secret.includes('\n') ? secret.split(/\r?\n/) : [])
    if (line.length >= SHORTEST_LINE && !line.startsWith('-----')) yield { text: line, secret, alone: false }
  for (const text of new Set([...spelled(secret), ...coded(Buffer.from(secret))]))
    if (text !== secret) yield { text, secret, alone: false }
}

/** Spellings to look for in all bytes, and in few: a plain word counts from eight characters on. */
function byteForms(secrets: Iterable<string>) {
  const distinct = [...secrets].filter((secret) => secret.length >= 8 || !isPlainWord(secret))
  const plain = distinct.flatMap((one) => [Buffer.from(one), Buffer.from(one, 'utf16le')])
  const encoded = distinct.flatMap((one) => [
    ...[...needlesOf(one)].map(({ text }) => Buffer.from(text)),
    Buffer.from(one, 'utf16le').swap16(),
    Buffer.from([...one].flatMap((char) => [...int32(char.codePointAt(0) ?? 0)])),
  ])
  return { plain, encoded }
}

const int32 = (code: number): readonly number[] => [code & 255, (code >> 8) & 255, (code >> 16) & 255, 0]

function* occurrences(text: string, { text: needle, secret, alone }: Needle): Generator<Place> {
  for (let start = text.indexOf(needle); start >= 0; ) {
    const end = start + needle.length
    if (!(alone && (isWordAt(text, start - 1) || isWordAt(text, end)))) yield { start, end, value: secret }
    start = text.indexOf(needle, end)
  }
}

const isWordAt = (text: string, at: number): boolean => /[A-Za-z0-9]/.test(text[at] ?? ' ')
