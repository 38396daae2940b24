/**
 * pure. The names that a cell's code reads from and gives to the notebook, by its syntax alone: what can be said of
 * code that has not run. Invariant: a name is read only where the cell did not bind it before; what a function reads
 * counts where the cell defines it, for it may be called.
 */
import type { SyntaxNode } from '@lezer/common'
import { parser } from '@lezer/python'
import { isSqlCell } from '../../contract/sql-cell.ts'
import { cellMagic, commentMagics } from '../document/magics.ts'
import { sqlNames } from './sql-names.ts'

/** Names of the notebook's namespace. `writes` holds what is bound, deleted, or changed through a part of it. */
export interface StaticNames {
  readonly reads: ReadonlySet<string>
  readonly writes: ReadonlySet<string>
}

const nothing: StaticNames = { reads: new Set(), writes: new Set() }
const PYTHON = { name: 'python', extension: '.py', comment: '#' }

/** The names of a cell's source; broken code gives those that can be read. */
export function staticNames(source: string): StaticNames {
  if (isSqlCell(source)) return sqlNames(source)
  if (cellMagic(source) !== null) return nothing
  const code = commentMagics(plain(source), PYTHON)
  const scope = new Scope('module', code)
  visitAll(parser.parse(code).topNode, scope)
  return scope.names()
}

/** `%time f(x)` times Python, and `a = !ls` binds a name: both become what they mean to the namespace. */
const plain = (source: string): string =>
  source
    .replace(/^(\s*)%(?:time|timeit|prun)(?=\s+[\w([])/gm, '$1')
    .replace(/^(\s*[A-Za-z_]\w*\s*=\s*)[%!].*$/gm, '$1None')

type Kind = 'module' | 'function' | 'class' | 'comprehension'

class Scope {
  readonly code: string
  readonly #kind: Kind
  readonly #parent: Scope | null
  readonly #bound = new Set<string>()
  readonly #reads = new Set<string>()
  readonly #later = new Set<string>()
  readonly #elsewhere = new Set<string>()

  constructor(kind: Kind, code: string, parent: Scope | null = null) {
    this.#kind = kind
    this.code = code
    this.#parent = parent
  }

  inner(kind: Kind): Scope {
    return new Scope(kind, this.code, this)
  }

  textOf(node: SyntaxNode): string {
    return this.code.slice(node.from, node.to)
  }

  read(name: string): void {
    if (this.#kind === 'function' || !this.#bound.has(name)) this.#reads.add(name)
  }

  /** Read when a function that is defined here is called. */
  readLater(name: string): void {
    this.#later.add(name)
  }

  bind(name: string): void {
    if (this.#elsewhere.has(name)) this.#parent?.bind(name)
    else this.#bound.add(name)
  }

  /** `:=` in a comprehension binds around it. */
  bindAround(name: string): void {
    if (this.#kind === 'comprehension') this.#parent?.bindAround(name)
    else this.bind(name)
  }

  /** `global` and `nonlocal`. */
  declare(name: string): void {
    this.#elsewhere.add(name)
  }

  /** Gives what this scope does not bind itself to the one around it. */
  close(): void {
    const isLater = this.#kind === 'function'
    for (const name of [...this.#reads, ...this.#later]) {
      if (this.#bound.has(name)) continue
      if (isLater || this.#later.has(name)) this.#parent?.readLater(name)
      else this.#parent?.read(name)
    }
  }

  names(): StaticNames {
    const later = [...this.#later].filter((name) => !this.#bound.has(name))
    return { reads: new Set([...this.#reads, ...later]), writes: this.#bound }
  }
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = []
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child)
  return children
}

type Visit = (node: SyntaxNode, scope: Scope) => void

const visits: Readonly<Record<string, Visit>> = {
  VariableName: (node, scope) => scope.read(scope.textOf(node)),
  AssignStatement: visitAssignment,
  UpdateStatement: visitUpdate,
  NamedExpression: (node, scope) => {
    const [name, ...rest] = childrenOf(node)
    for (const part of rest) visit(part, scope)
    if (name !== undefined) scope.bindAround(scope.textOf(name))
  },
  ForStatement: visitFor,
  WithStatement: visitAs,
  TryStatement: visitAs,
  MatchClause: visitAs,
  CapturePattern: (node, scope) => bindTarget(node.firstChild ?? node, scope),
  ImportStatement: visitImport,
  FunctionDefinition: visitFunction,
  LambdaExpression: visitFunction,
  ClassDefinition: visitClass,
  ComprehensionExpression: visitComprehension,
  ArrayComprehensionExpression: visitComprehension,
  SetComprehensionExpression: visitComprehension,
  DictionaryComprehensionExpression: visitComprehension,
  ArgList: (node, scope) => {
    for (const part of childrenOf(node)) if (part.nextSibling?.name !== 'AssignOp') visit(part, scope)
  },
  ScopeStatement: (node, scope) => {
    for (const part of childrenOf(node)) if (part.name === 'VariableName') scope.declare(scope.textOf(part))
  },
  DeleteStatement: (node, scope) => {
    visitAll(node, scope)
    for (const part of childrenOf(node)) bindTarget(part, scope)
  },
}

function visit(node: SyntaxNode, scope: Scope): void {
  const own = visits[node.name]
  if (own === undefined) visitAll(node, scope)
  else own(node, scope)
}

function visitAll(node: SyntaxNode, scope: Scope): void {
  for (const child of childrenOf(node)) visit(child, scope)
}

/** Binds the targets to the left of `=`; a part of a thing (`a.b`, `a[i]`) reads and changes the thing. */
function bindTarget(node: SyntaxNode, scope: Scope): void {
  if (node.name === 'VariableName') scope.bind(scope.textOf(node))
  else if (node.name === 'MemberExpression') {
    visit(node, scope)
    const root = rootOf(node)
    if (root !== null) scope.bind(scope.textOf(root))
  } else if (node.name === 'TypeDef') visit(node, scope)
  else for (const part of childrenOf(node)) bindTarget(part, scope)
}

function rootOf(member: SyntaxNode): SyntaxNode | null {
  let node: SyntaxNode | null = member
  while (node?.name === 'MemberExpression') node = node.firstChild
  return node?.name === 'VariableName' ? node : null
}

function visitAssignment(node: SyntaxNode, scope: Scope): void {
  const parts = childrenOf(node)
  const equals = parts.findLastIndex((part) => part.name === 'AssignOp')
  for (const part of parts.slice(equals + 1)) {
    // `x: int` alone binds nothing.
    if (equals !== -1 || part.name === 'TypeDef') visit(part, scope)
  }
  for (const part of parts.slice(0, Math.max(0, equals))) bindTarget(part, scope)
}

function visitUpdate(node: SyntaxNode, scope: Scope): void {
  visitAll(node, scope)
  if (node.firstChild !== null) bindTarget(node.firstChild, scope)
}

function visitFor(node: SyntaxNode, scope: Scope): void {
  const parts = childrenOf(node)
  const inside = parts.findIndex((part) => part.name === 'in')
  const body = parts.findIndex((part) => part.name === 'Body')
  for (const part of parts.slice(inside + 1, body)) visit(part, scope)
  for (const part of parts.slice(0, inside)) bindTarget(part, scope)
  for (const part of parts.slice(body)) visit(part, scope)
}

/** What follows `as` is bound, the rest is read. */
function visitAs(node: SyntaxNode, scope: Scope): void {
  for (const part of childrenOf(node)) {
    if (part.prevSibling?.name === 'as') bindTarget(part, scope)
    else visit(part, scope)
  }
}

function visitImport(node: SyntaxNode, scope: Scope): void {
  const parts = childrenOf(node)
  const from = parts[0]?.name === 'from'
  const names = from ? parts.slice(parts.findIndex((part) => part.name === 'import') + 1) : parts
  let bound: SyntaxNode | null = null
  for (const part of names) {
    if (part.name === ',') {
      if (bound !== null) scope.bind(scope.textOf(bound))
      bound = null
    } else if (part.name === 'VariableName' && (bound === null || part.prevSibling?.name === 'as'))
      bound = part
  }
  if (bound !== null) scope.bind(scope.textOf(bound))
}

function visitFunction(node: SyntaxNode, scope: Scope): void {
  const inner = scope.inner('function')
  for (const part of childrenOf(node)) {
    if (part.name === 'ParamList') visitParameters(part, scope, inner)
    else if (part.name === 'Body' || node.name === 'LambdaExpression') visit(part, inner)
    else if (part.name === 'VariableName') scope.bind(scope.textOf(part))
    else visit(part, scope)
  }
  inner.close()
}

/** Defaults and annotations are read where the function is defined. */
function visitParameters(list: SyntaxNode, outer: Scope, inner: Scope): void {
  for (const part of childrenOf(list)) {
    const isName = part.name === 'VariableName' && part.prevSibling?.name !== 'AssignOp'
    if (isName) inner.bind(inner.textOf(part))
    else visit(part, outer)
  }
}

function visitClass(node: SyntaxNode, scope: Scope): void {
  const inner = scope.inner('class')
  for (const part of childrenOf(node)) {
    if (part.name === 'Body') visit(part, inner)
    else if (part.name !== 'VariableName') visit(part, scope)
  }
  inner.close()
  const name = node.getChild('VariableName')
  if (name !== null) scope.bind(scope.textOf(name))
}

function visitComprehension(node: SyntaxNode, scope: Scope): void {
  const inner = scope.inner('comprehension')
  const read: SyntaxNode[] = []
  let isTarget = false
  for (const part of childrenOf(node)) {
    if (part.name === 'for') isTarget = true
    else if (part.name === 'in') isTarget = false
    else if (isTarget) bindTarget(part, inner)
    else read.push(part)
  }
  for (const part of read) visit(part, inner)
  inner.close()
}
