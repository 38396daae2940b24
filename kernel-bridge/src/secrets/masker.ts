/**
 * Replaces each secret in a text by `••••••` and a keyed fingerprint. The fingerprint differs for another secret, and
 * reveals nothing without the key.
 * Twin of the agent's `masking.py`: a change here is a change there. `agent/tests/secrets.json` is tried on both.
 */
import { findFormats, findNamed } from './finder.ts'
import type { KnownSecrets, Place } from './known.ts'
import { macOf } from './mac.ts'
import { nameClass } from './names.ts'
import { isDistinctive, looksSecret } from './shapes.ts'

/** What a placeholder begins with; eight hex digits follow. */
export const SIGN = '\u2022'.repeat(6)
const PLACEHOLDER = new RegExp(`${SIGN}[0-9a-f]{8}`, 'g')
/** Escape sequences, as for colours; they may be inside a secret. */
const ESCAPES = new RegExp(
  String.raw`ESC(?:\[[0-9;:?]*[ -/]*[@-~]|\][^BELESC]*(?:BEL|ESC\\)|[@-Z\\^_])`
    .replaceAll('ESC', '\u001b')
    .replaceAll('BEL', '\u0007'),
  'g',
)

/** Masks what is known and, where it `detects`, what looks like a secret. `key` is for the fingerprints. */
export class Masker {
  readonly known: KnownSecrets
  readonly #detects: boolean
  readonly #key: () => Buffer
  #keyedBy: ((text: string) => string) | null = null

  /** The key is asked for when it is first needed. */
  constructor(known: KnownSecrets, key: Buffer | (() => Buffer), { detects = true } = {}) {
    this.known = known
    this.#detects = detects
    this.#key = typeof key === 'function' ? key : () => key
  }

  #mac(text: string): string {
    this.#keyedBy ??= macOf(this.#key())
    return this.#keyedBy(text)
  }

  /** The text with a placeholder for each secret. What is masked already stays as it is. */
  mask(text: string, { isCode = false }: { readonly isCode?: boolean } = {}): string {
    const places = this.find(text, isCode)
    return places.length === 0 ? text : this.replaced(text, places, 0, text.length)
  }

  /** As `mask`, for all texts in a JSON value; one without secrets stays the same object. */
  maskTree<T>(value: T): T
  maskTree(value: unknown): unknown {
    if (typeof value === 'string') return this.mask(value)
    if (Array.isArray(value)) {
      const items: unknown[] = value.map((item: unknown) => this.maskTree(item))
      return items.every((item, index) => item === value[index]) ? value : items
    }
    return typeof value === 'object' && value !== null ? this.#maskObject(value) : value
  }

  #maskObject(value: object): object {
    let isSame = true
    const entries = Object.entries(value).map(([key, item]: [string, unknown]) => {
      const masked = [this.mask(key), this.#item(key, item)] as const
      isSame &&= masked[0] === key && masked[1] === item
      return masked
    })
    return isSame ? value : Object.fromEntries(entries)
  }

  /** The value under a key such as `password` is a secret, whatever it looks like by itself. */
  #item(key: string, item: unknown): unknown {
    const kind = typeof item === 'string' && this.#detects ? nameClass(key) : null
    if (typeof item === 'string' && kind !== null && looksSecret(item, kind)) return this.placeholder(item)
    return this.maskTree(item)
  }

  /** Secrets in order, none within another. Escape sequences are looked past. */
  find(text: string, isCode = false): readonly Place[] {
    if (text.length < 3) return []
    const { plain, places } = withoutEscapes(text)
    const found = [...this.known.find(plain)]
    const detected = this.#detects ? [...findFormats(plain), ...findNamed(plain, isCode)] : []
    for (const { start, end } of detected) found.push({ start, end, value: '' })
    const merged = found.length === 0 ? [] : mergedIn(plain, found)
    if (places === null) return merged
    return merged.map(({ start, end, value }) => ({
      start: places[start] ?? 0,
      end: (places[end - 1] ?? 0) + 1,
      value,
    }))
  }

  /** Secrets that the text itself reveals, and that are worth looking for elsewhere. */
  values(text: string, isCode: boolean): readonly string[] {
    return [...findFormats(text), ...findNamed(text, isCode)]
      .map(({ start, end }) => text.slice(start, end))
      .filter((value) => isDistinctive(value) && !value.includes(SIGN))
  }

  /** Whether bytes of any kind hold a known secret, or a key of a known issuer. */
  inBytes(bytes: Uint8Array): boolean {
    if (this.known.inBytes(bytes)) return true
    if (!this.#detects) return false
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
    return findFormats(text).next().done === false
  }

  /** Eight hex digits. */
  fingerprint(value: string): string {
    return this.#mac(value).slice(0, 8)
  }

  placeholder(value: string): string {
    return SIGN + this.fingerprint(value)
  }

  /** A keyed digest of a content with a secret: guesses cannot be tried without the key. */
  keyed(digest: string): string {
    return `keyed:${this.#mac(digest)}`
  }

  /** This part of the text, masked. Escape sequences within a secret stay behind its placeholder. */
  replaced(text: string, places: readonly Place[], begin: number, end: number): string {
    const parts: string[] = []
    let last = begin
    for (const { start, end: behind, value } of places) {
      if (behind <= last || start >= end || last >= end) continue
      const escapes = text.slice(start, behind).match(ESCAPES) ?? []
      parts.push(text.slice(last, Math.max(last, start)), this.placeholder(value), ...escapes)
      last = behind
    }
    return parts.join('') + text.slice(last, Math.max(last, end))
  }
}

/** The text without escape sequences, and the original positions of its characters; null if it has none. */
export function withoutEscapes(text: string): {
  readonly plain: string
  readonly places: readonly number[] | null
} {
  if (!text.includes('\u001b')) return { plain: text, places: null }
  const places: number[] = []
  let last = 0
  const keep = (end: number) => {
    for (let at = last; at < end; at++) places.push(at)
  }
  for (const { index, 0: code } of text.matchAll(ESCAPES)) {
    keep(index)
    last = index + code.length
  }
  keep(text.length)
  return { plain: text.replace(ESCAPES, ''), places }
}

/** Those that overlap become one; what is a placeholder already is none. */
function mergedIn(text: string, found: Place[]): readonly Place[] {
  const masked = text.includes(SIGN) ? [...text.matchAll(PLACEHOLDER)].map(({ index }) => index) : []
  const length = SIGN.length + 8
  const merged: Place[] = []
  const order = (a: Place, b: Place) =>
    a.start - b.start || b.end - a.end || Number(a.value === '') - Number(b.value === '')
  for (const { start, end, value } of found.sort(order)) {
    const last = merged.at(-1)
    if (masked.some((at) => start < at + length && at < end)) continue
    if (last === undefined || start >= last.end)
      merged.push({ start, end, value: value === '' ? text.slice(start, end) : value })
    else if (end > last.end)
      merged[merged.length - 1] = { start: last.start, end, value: text.slice(last.start, end) }
  }
  return merged
}

/** The fingerprints of the placeholders in a text, in order. */
export const fingerprintsIn = (text: string): readonly string[] =>
  text.includes(SIGN) ? (text.match(PLACEHOLDER) ?? []).map((one) => one.slice(SIGN.length)) : []
