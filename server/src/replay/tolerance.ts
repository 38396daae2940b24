/**
 * pure. The rules by which two texts that are not the same may say the same. Invariant: each rule is a function of its
 * own and names itself; texts are equal only where the named rules together make them so.
 */
import type { ToleranceRule } from '../../contract/replay.ts'

type TextRule = Exclude<ToleranceRule, 'image-noise' | 'numbers'>

/** Addresses of objects, and ids that libraries generate each time. */
export const withoutAddresses = (text: string): string =>
  text
    .replace(/\b0x[0-9a-f]{4,16}\b/gi, '0x…')
    // As programs shorten them: `<scipy.stats....x7fb123481e50>`.
    .replace(/\.{3}0?x?[0-9a-f]{4,16}(?=>|&gt;)/gi, '...0x…')
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, 'uuid')
    .replace(/\b(sk-container-id-|T_|ipykernel_)\w+/g, '$1…')

/** Micro is U+00B5 or, as IPython writes it, the Greek letter U+03BC. */
const UNITS = '(?:ns|[µμu]s|ms|s|sec|secs|seconds?|min|mins|minutes?|hours?|h)'
/** Durations, rates and moments. */
export const withoutTimings = (text: string): string =>
  text
    .replace(/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?/g, '⟨moment⟩')
    .replace(/\b\d{1,2}:\d\d(?::\d\d)?(?:\.\d+)?\b/g, '⟨clock⟩')
    .replace(/\b\d+(?:\.\d+)?\s?(?:[a-z]+\/s|s\/[a-z]+|(?:K|M|G)?B\/s)/gi, '⟨rate⟩')
    .replace(new RegExp(`\\b\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?\\s?${UNITS}\\b`, 'g'), '⟨time⟩')

/** Members of `{…}` in a settled order: dictionaries and sets print theirs as they come. */
export function withoutOrder(text: string): string {
  const stack: { readonly parts: string[]; part: string }[] = [{ parts: [], part: '' }]
  for (const char of text) {
    const top = stack.at(-1)
    if (top === undefined) return text
    if (char === '{') stack.push({ parts: [], part: '' })
    else if (char === '}' && stack.length > 1) {
      stack.pop()
      const members = [...top.parts, top.part].map((member) => member.trim()).sort()
      const outer = stack.at(-1)
      if (outer !== undefined) outer.part += `{${members.join(', ')}}`
    } else if (char === ',' && stack.length > 1 && isBalanced(top.part)) {
      top.parts.push(top.part)
      top.part = ''
    } else top.part += char
  }
  return stack.length === 1 ? (stack[0]?.part ?? text) : text
}

/** A comma inside of brackets does not part members. */
function isBalanced(part: string): boolean {
  let depth = 0
  for (const char of part) {
    if (char === '(' || char === '[') depth++
    else if (char === ')' || char === ']') depth--
  }
  return depth <= 0
}

const NUMBER = /[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?/g
const RELATIVE = 1e-6
const ABSOLUTE = 1e-12

/** Whether both say the same beside floating-point noise: what is a whole number must be the same. */
export function sameBesideNoise(was: string, is: string): boolean {
  const [before, after] = [was.match(NUMBER) ?? [], is.match(NUMBER) ?? []]
  if (before.length !== after.length) return false
  if (was.replace(NUMBER, '#') !== is.replace(NUMBER, '#')) return false
  return before.every((text, index) => sameNumber(text, after[index] ?? ''))
}

function sameNumber(was: string, is: string): boolean {
  if (was === is) return true
  if (!/[.eE]/.test(was) && !/[.eE]/.test(is)) return false
  const [a, b] = [Number(was), Number(is)]
  return Math.abs(a - b) <= Math.max(ABSOLUTE, RELATIVE * Math.max(Math.abs(a), Math.abs(b)))
}

const textRules: readonly (readonly [TextRule, (text: string) => string])[] = [
  ['addresses', withoutAddresses],
  ['order', withoutOrder],
  ['timings', withoutTimings],
]

/** The fewest rules under which both are the same: none where they are; null where no rules make them so. */
export function rulesBetween(was: string, is: string): readonly ToleranceRule[] | null {
  if (was === is) return []
  for (const rules of subsets()) {
    const [a, b] = [applied(rules, was), applied(rules, is)]
    const names = rules.map(([name]) => name)
    if (a === b) return names
    if (sameBesideNoise(a, b)) return [...names, 'numbers']
  }
  return null
}

const applied = (rules: readonly (readonly [TextRule, (text: string) => string])[], text: string): string =>
  rules.reduce((current, [, rule]) => rule(current), text)

/** Smaller ones first. */
function subsets() {
  const all = Array.from({ length: 2 ** textRules.length }, (_, bits) =>
    textRules.filter((_rule, place) => (bits >> place) % 2 === 1),
  )
  return all.toSorted((a, b) => a.length - b.length)
}
