/** pure. What of a cell's source says how much work it is: its shape without numbers, the numbers, and what it calls. */
import type { SyntaxNodeRef } from '@lezer/common'
import { parser } from '@lezer/python'

export interface CodeShape {
  /** The source without comments and layout, each number replaced by `0`: equal for code that differs in numbers alone. */
  readonly skeleton: string
  /** The numbers in order of the source. */
  readonly literals: readonly number[]
  /** Called functions, imported modules, loops: what two cells that do alike have in common. */
  readonly features: ReadonlySet<string>
  /** Names that are bound to a number and nothing else, as `n = 1_000`; the last of each. */
  readonly assigned: ReadonlyMap<string, number>
}

/** Longer sources are read up to here; what is said of them is no worse for it. */
const READ = 40_000
const MOST_LITERALS = 40

const LOOPS: ReadonlySet<string> = new Set(['ForStatement', 'WhileStatement'])
const COMPREHENSIONS: ReadonlySet<string> = new Set([
  'ComprehensionExpression',
  'ArrayComprehensionExpression',
  'SetComprehensionExpression',
  'DictionaryComprehensionExpression',
])

export function codeShape(source: string): CodeShape {
  const code = source.slice(0, READ)
  const parts: string[] = []
  const literals: number[] = []
  const features = new Set<string>()
  const assigned = new Map<string, number>()
  let depth = 0
  parser.parse(code).iterate({
    enter: (node) => {
      if (LOOPS.has(node.name)) features.add(`loop ${++depth}`)
      if (COMPREHENSIONS.has(node.name)) features.add('comprehension')
      const feature = featureOf(node, code)
      if (feature !== null) features.add(feature)
      const [name, value] = assignmentOf(node, code)
      if (name !== null && value !== null) assigned.set(name, value)
      if (node.name === 'Comment') return false
      // A string may hold an expression; its text says enough.
      const isLeaf = node.node.firstChild === null || node.name === 'String'
      if (!isLeaf) return true
      const text = code.slice(node.from, node.to)
      const number = node.name === 'Number' ? numberOf(text) : null
      if (number !== null && literals.length < MOST_LITERALS) literals.push(number)
      if (text.trim() !== '') parts.push(number === null ? text : '0')
      return false
    },
    leave: (node) => {
      if (LOOPS.has(node.name)) depth--
    },
  })
  return { skeleton: parts.join(' '), literals, features, assigned }
}

/** `np.sort(x)` calls `sort`; `import numpy as np` uses `numpy`. */
function featureOf(node: SyntaxNodeRef, code: string): string | null {
  const textOf = (part: { readonly from: number; readonly to: number }) => code.slice(part.from, part.to)
  if (node.name === 'CallExpression') {
    const callee = node.node.firstChild
    const name = callee?.name === 'MemberExpression' ? callee.lastChild : callee
    return name === null || name === undefined ? null : `call ${textOf(name)}`
  }
  if (node.name !== 'ImportStatement') return null
  const module = node.node.getChild('VariableName')
  return module === null ? null : `import ${textOf(module)}`
}

function assignmentOf(node: SyntaxNodeRef, code: string): readonly [string | null, number | null] {
  if (node.name !== 'AssignStatement' || node.node.parent?.name !== 'Script') return [null, null]
  const [target, , value, ...more] = childrenOf(node)
  if (target?.name !== 'VariableName' || value?.name !== 'Number' || more.length > 0) return [null, null]
  return [code.slice(target.from, target.to), numberOf(code.slice(value.from, value.to))]
}

function childrenOf(node: SyntaxNodeRef) {
  const children = []
  for (let child = node.node.firstChild; child !== null; child = child.nextSibling) children.push(child)
  return children
}

/** Null for imaginary numbers and those beyond what a double holds. */
function numberOf(text: string): number | null {
  const plain = text.replaceAll('_', '')
  const value = Number(/^0[0-9]+$/.test(plain) ? plain.replace(/^0+/, '0') : plain)
  return Number.isFinite(value) ? value : null
}
