/**
 * The connection on which this process reads. Invariant: it outlives the database file: after `reopen` the same reader
 * reads the file that took its place. What the database refuses is thrown as `StoreError`, and damage is reported.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { asStoreError, StoreError } from './errors.ts'
import type { Row } from './row.ts'

type Named = Record<string, SQLInputValue>

/** A question that can be asked again and again. Its rows must be taken before it is asked again. */
export interface Query {
  get(named: Named, ...values: SQLInputValue[]): Row | undefined
  get(...values: SQLInputValue[]): Row | undefined
  all(named: Named, ...values: SQLInputValue[]): Row[]
  all(...values: SQLInputValue[]): Row[]
  iterate(named: Named, ...values: SQLInputValue[]): Iterable<Row>
  iterate(...values: SQLInputValue[]): Iterable<Row>
}

/** What answers questions: a reader, or the database itself. */
export interface Queryable {
  prepare(sql: string): Query
}

/** So many parsed statements are kept. Walks along the edges ask the same few questions thousands of times. */
const STATEMENTS = 200

export class Reader implements Queryable {
  readonly #onRefused: (error: StoreError) => void
  readonly #statements = new Map<string, StatementSync>()
  #db: DatabaseSync

  constructor(db: DatabaseSync, onRefused: (error: StoreError) => void = () => undefined) {
    this.#db = db
    this.#onRefused = onRefused
  }

  /** Throws at once for SQL that the database does not understand. */
  prepare(sql: string): Query {
    this.attempt(() => this.statementOf(sql))
    return new ReaderQuery(sql, this)
  }

  /** The statement on the present connection. */
  statementOf(sql: string): StatementSync {
    if (!this.#db.isOpen) throw new StoreError('closed', 'the store is closed')
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#db.prepare(sql)
    if (this.#statements.size >= STATEMENTS) this.#statements.clear()
    this.#statements.set(sql, statement)
    return statement
  }

  /** Reads on from another connection, and closes the one so far. */
  reopen(db: DatabaseSync): void {
    this.close()
    this.#statements.clear()
    this.#db = db
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close()
  }

  attempt<T>(work: () => T): T {
    try {
      return work()
    } catch (thrown) {
      const error = asStoreError(thrown)
      this.#onRefused(error)
      throw error
    }
  }
}

type Arguments = [Named, ...SQLInputValue[]] | SQLInputValue[]

/** It may be kept: it asks whichever connection is the present one. */
class ReaderQuery implements Query {
  readonly #sql: string
  readonly #reader: Reader

  constructor(sql: string, reader: Reader) {
    this.#sql = sql
    this.#reader = reader
  }

  get(...values: Arguments): Row | undefined {
    return this.#ask((statement) => (isNamed(values) ? statement.get(...values) : statement.get(...values)))
  }

  all(...values: Arguments): Row[] {
    return this.#ask((statement) => (isNamed(values) ? statement.all(...values) : statement.all(...values)))
  }

  *iterate(...values: Arguments): Generator<Row> {
    const rows = this.#ask((statement) =>
      isNamed(values) ? statement.iterate(...values) : statement.iterate(...values),
    )
    for (let row = this.#ask(() => rows.next()); !row.done; row = this.#ask(() => rows.next()))
      yield row.value
  }

  #ask<T>(question: (statement: StatementSync) => T): T {
    return this.#reader.attempt(() => question(this.#reader.statementOf(this.#sql)))
  }
}

function isNamed(values: Arguments): values is [Named, ...SQLInputValue[]] {
  const [first] = values
  return typeof first === 'object' && first !== null && !ArrayBuffer.isView(first)
}
