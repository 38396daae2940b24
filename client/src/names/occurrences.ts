/**
 * Where a cell writes the variables of the notebook and its own, by its syntax alone. Loaded when it is needed first: the
 * parser is no part of the shell. Invariant: a name counts once, at its exact place in the source.
 */
import type { SyntaxNode } from '@lezer/common'
import { parser } from '@lezer/python'
import { isSqlCell, sqlHeader } from '@yesterday/server/contract/sql-cell.ts'
import { maskedPython } from './masked.ts'
import { Scope, type Writing, type Written } from './scopes.ts'

export interface Occurrence extends Written {
  /** Null for a variable of the notebook. Else the scope that it belongs to, which only this cell sees. */
  readonly owner: Scope | null
}

export interface CellNames {
  /** By place. */
  readonly occurrences: readonly Occurrence[]
  /** Names of arguments in calls (`f(x=1)`). */
  readonly keywords: ReadonlySet<string>
  /** The parser met something that it could not read. */
  readonly isBroken: boolean
}

/** The names of a cell. */
export function cellNames(source: string): CellNames {
  if (isSqlCell(source)) return sqlCellNames(source)
  const masked = maskedPython(source)
  if (masked === null) return { occurrences: [], keywords: new Set(), isBroken: false }
  const reader = new Reader(masked.code)
  const module = new Scope('module')
  reader.visitAll(parser.parse(masked.code).topNode, module)
  const occurrences = resolved(module).toSorted((a, b) => a.from - b.from)
  return { occurrences, keywords: reader.keywords, isBroken: reader.isBroken }
}

function resolved(scope: Scope): Occurrence[] {
  const own = scope.names.map((written): Occurrence => {
    const owner = scope.ownerOf(written.name)
    return { ...written, owner: owner.kind === 'module' ? null : owner }
  })
  return [...own, ...scope.children.flatMap(resolved)]
}

/** A SQL cell reads the variables of its `{{name}}` and its connection, and binds its result. */
function sqlCellNames(source: string): CellNames {
  const occurrences: Occurrence[] = []
  const add = (name: string, from: number, binds: boolean): void => {
    occurrences.push({ name, from, to: from + name.length, binds, writing: 'plain', owner: null })
  }
  const { result = null } = sqlHeader(source) ?? {}
  if (result !== null) add(result, source.search(new RegExp(`\\b${result}[ \\t]*=?[ \\t]*<<`)), true)
  for (const found of source.matchAll(/\{\{\s*([A-Za-z_]\w*)/g)) {
    const [all, name = ''] = found
    add(name, found.index + all.length - name.length, false)
  }
  return { occurrences, keywords: new Set(), isBroken: false }
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = []
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child)
  return children
}

type Visit = (reader: Reader, node: SyntaxNode, scope: Scope) => void

class Reader {
  readonly #code: string
  readonly keywords = new Set<string>()
  isBroken = false

  constructor(code: string) {
    this.#code = code
  }

  textOf = (node: SyntaxNode): string => this.#code.slice(node.from, node.to)

  written(node: SyntaxNode, binds: boolean, writing: Writing = 'plain'): Written {
    return { name: this.textOf(node), from: node.from, to: node.to, binds, writing }
  }

  visit(node: SyntaxNode, scope: Scope): void {
    if (node.type.isError) this.isBroken = true
    const own = visits.get(node.name)
    if (own === undefined) this.visitAll(node, scope)
    else own(this, node, scope)
  }

  visitAll(node: SyntaxNode, scope: Scope): void {
    for (const child of childrenOf(node)) this.visit(child, scope)
  }

  /** Binds the targets to the left of `=`; a part of a thing (`a.b`, `a[i]`) reads the thing. */
  bind(node: SyntaxNode, scope: Scope): void {
    if (node.type.isError) this.isBroken = true
    if (node.name === 'VariableName') scope.add(this.written(node, true))
    else if (node.name === 'MemberExpression' || node.name === 'TypeDef') this.visit(node, scope)
    else for (const part of childrenOf(node)) this.bind(part, scope)
  }
}

const visits: ReadonlyMap<string, Visit> = new Map(
  Object.entries({
    VariableName: (reader, node, scope) => scope.add(reader.written(node, false)),
    AssignStatement: visitAssignment,
    UpdateStatement: (reader, node, scope) => {
      const [target, ...rest] = childrenOf(node)
      for (const part of rest) reader.visit(part, scope)
      if (target !== undefined) reader.bind(target, scope)
    },
    NamedExpression: (reader, node, scope) => {
      const [name, ...rest] = childrenOf(node)
      for (const part of rest) reader.visit(part, scope)
      if (name !== undefined) scope.addAround(reader.written(name, true))
    },
    ForStatement: visitFor,
    WithStatement: visitAs,
    TryStatement: visitAs,
    AsPattern: visitAs,
    CapturePattern: (reader, node, scope) => {
      // `_` binds nothing.
      if (node.firstChild !== null && reader.textOf(node) !== '_') reader.bind(node.firstChild, scope)
    },
    KeywordPattern: (reader, node, scope) => {
      for (const part of childrenOf(node).slice(1)) reader.visit(part, scope)
    },
    ImportStatement: visitImport,
    FunctionDefinition: visitFunction,
    LambdaExpression: visitFunction,
    ClassDefinition: visitClass,
    TypeDefinition: (reader, node, scope) => {
      const inner = new Scope('function', scope)
      for (const part of childrenOf(node)) {
        if (part.name === 'VariableName' && part.prevSibling?.name === 'type') reader.bind(part, scope)
        else reader.visit(part, inner)
      }
    },
    TypeParam: (reader, node, scope) => {
      const [name, ...rest] = childrenOf(node).filter((part) => !/^\*+$/.test(part.name))
      if (name !== undefined) reader.bind(name, scope)
      for (const part of rest) reader.visit(part, scope)
    },
    ComprehensionExpression: visitComprehension,
    ArrayComprehensionExpression: visitComprehension,
    SetComprehensionExpression: visitComprehension,
    DictionaryComprehensionExpression: visitComprehension,
    ArgList: (reader, node, scope) => {
      const parts = childrenOf(node)
      // `f(x for x in y)` has no parentheses of its own.
      if (parts.some((part) => part.name === 'for')) return visitComprehension(reader, node, scope)
      for (const part of parts) {
        if (part.nextSibling?.name === 'AssignOp') reader.keywords.add(reader.textOf(part))
        else reader.visit(part, scope)
      }
    },
    ScopeStatement: (reader, node, scope) => {
      const how = node.firstChild?.name === 'global' ? 'global' : 'nonlocal'
      for (const part of node.getChildren('VariableName')) {
        scope.declare(reader.textOf(part), how)
        scope.add(reader.written(part, false))
      }
    },
    DeleteStatement: (reader, node, scope) => {
      for (const part of childrenOf(node).slice(1)) reader.bind(part, scope)
    },
  } satisfies Readonly<Record<string, Visit>>),
)

function visitAssignment(reader: Reader, node: SyntaxNode, scope: Scope): void {
  const parts = childrenOf(node)
  const equals = parts.findLastIndex((part) => part.name === 'AssignOp')
  for (const part of parts.slice(equals + 1)) reader.visit(part, scope)
  for (const part of parts.slice(0, Math.max(0, equals))) reader.bind(part, scope)
}

function visitFor(reader: Reader, node: SyntaxNode, scope: Scope): void {
  const parts = childrenOf(node)
  const inside = parts.findIndex((part) => part.name === 'in')
  for (const part of parts.slice(inside + 1)) reader.visit(part, scope)
  for (const part of parts.slice(0, inside)) reader.bind(part, scope)
}

/** What follows `as` is bound, the rest is read. */
function visitAs(reader: Reader, node: SyntaxNode, scope: Scope): void {
  for (const part of childrenOf(node)) {
    if (part.prevSibling?.name === 'as') reader.bind(part, scope)
    else reader.visit(part, scope)
  }
}

/** `import a.b` binds `a`; `from m import x` binds `x`; with `as`, that name alone. */
function visitImport(reader: Reader, node: SyntaxNode, scope: Scope): void {
  const parts = childrenOf(node)
  const isFrom = parts[0]?.name === 'from'
  const names = isFrom ? parts.slice(parts.findIndex((part) => part.name === 'import') + 1) : parts.slice(1)
  let item: SyntaxNode[] = []
  const end = (): void => {
    const variables = item.filter((part) => part.name === 'VariableName')
    const alias = variables.find((part) => part.prevSibling?.name === 'as')
    const [first] = variables
    if (alias !== undefined) reader.bind(alias, scope)
    else if (first !== undefined)
      scope.add(reader.written(first, true, isFrom ? 'from' : variables.length > 1 ? 'dotted' : 'import'))
    item = []
  }
  for (const part of names) {
    if (part.name === ',') end()
    else item.push(part)
  }
  end()
}

function visitFunction(reader: Reader, node: SyntaxNode, scope: Scope): void {
  const inner = new Scope('function', scope)
  // Annotations see the type parameters.
  const noted = node.getChild('TypeParamList') === null ? scope : inner
  for (const part of childrenOf(node)) {
    if (part.name === 'ParamList') visitParameters(reader, part, { outer: scope, inner, noted })
    else if (part.name === 'Body' || node.name === 'LambdaExpression' || part.name === 'TypeParamList')
      reader.visit(part, inner)
    else if (part.name === 'VariableName') reader.bind(part, scope)
    else reader.visit(part, part.name === 'TypeDef' ? noted : scope)
  }
}

/** Defaults and annotations are read where the function is defined. */
function visitParameters(
  reader: Reader,
  list: SyntaxNode,
  { outer, inner, noted }: Readonly<Record<'outer' | 'inner' | 'noted', Scope>>,
): void {
  for (const part of childrenOf(list)) {
    const isName = part.name === 'VariableName' && part.prevSibling?.name !== 'AssignOp'
    if (isName) inner.add(reader.written(part, true, 'parameter'))
    else reader.visit(part, part.name === 'TypeDef' ? noted : outer)
  }
}

function visitClass(reader: Reader, node: SyntaxNode, scope: Scope): void {
  const inner = new Scope('class', scope)
  for (const part of childrenOf(node)) {
    if (part.name === 'Body' || part.name === 'TypeParamList') reader.visit(part, inner)
    else if (part.name === 'VariableName') reader.bind(part, scope)
    else reader.visit(part, scope)
  }
}

/** The first iterable is read around the comprehension. */
function visitComprehension(reader: Reader, node: SyntaxNode, scope: Scope): void {
  const inner = new Scope('comprehension', scope)
  let place: 'element' | 'target' | 'first' | 'rest' = 'element'
  for (const part of childrenOf(node)) {
    if (part.name === 'for') place = 'target'
    else if (part.name === 'in') place = place === 'target' && !hasIn(part) ? 'first' : 'rest'
    else if (part.name === 'if' || part.name === 'async') place = 'rest'
    else if (place === 'target') reader.bind(part, inner)
    else reader.visit(part, place === 'first' ? scope : inner)
  }
}

/** Whether another `in` of the same comprehension comes before. */
function hasIn(node: SyntaxNode): boolean {
  for (let before = node.prevSibling; before !== null; before = before.prevSibling)
    if (before.name === 'in') return true
  return false
}
