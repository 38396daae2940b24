/** pure. The scopes of Python, and to which of them a name belongs (https://docs.python.org/3/reference/executionmodel.html). */

/** How a name is written, as far as a rename must know it. `from` and `import`: the name of a module's own, without `as`. */
export type Writing = 'plain' | 'from' | 'import' | 'dotted' | 'parameter'

export interface Written {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly binds: boolean
  readonly writing: Writing
}

export type ScopeKind = 'module' | 'function' | 'class' | 'comprehension'

export class Scope {
  readonly kind: ScopeKind
  readonly parent: Scope | null
  readonly names: Written[] = []
  readonly children: Scope[] = []
  readonly #bound = new Set<string>()
  readonly #globals = new Set<string>()
  readonly #nonlocals = new Set<string>()

  constructor(kind: ScopeKind, parent: Scope | null = null) {
    this.kind = kind
    this.parent = parent
    parent?.children.push(this)
  }

  add(written: Written): void {
    this.names.push(written)
    if (written.binds) this.#bound.add(written.name)
  }

  /** `:=` in a comprehension binds around it. */
  addAround(written: Written): void {
    if (this.kind === 'comprehension' && this.parent !== null) this.parent.addAround(written)
    else this.add(written)
  }

  declare(name: string, how: 'global' | 'nonlocal'): void {
    if (how === 'global') this.#globals.add(name)
    else this.#nonlocals.add(name)
  }

  /** The scope whose variable a name in this scope is; that of the module for names that are bound nowhere. */
  ownerOf(name: string): Scope {
    if (this.#globals.has(name)) return this.#module()
    if (!this.#nonlocals.has(name) && this.#bound.has(name)) return this
    for (let scope = this.parent; scope !== null; scope = scope.parent) {
      // What a class binds is no variable of its methods.
      if (scope.kind === 'class') continue
      if (scope.#globals.has(name)) break
      if (scope.kind === 'module' || (scope.#bound.has(name) && !scope.#nonlocals.has(name))) return scope
    }
    return this.#module()
  }

  #module(): Scope {
    let scope: Scope = this
    while (scope.parent !== null) scope = scope.parent
    return scope
  }
}
