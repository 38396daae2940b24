/** Questions about one value in the kernel. Invariant: what comes back is parsed; why there is nothing is a value too. */
import {
  type ColumnSummary,
  computes,
  type TableColumn,
  type TablePage,
  VALUE_ANSWERS,
  type ValueAnswers,
  type ValueAsk,
  type ValueHead,
  type ValueRefusal,
  ValueReply,
} from '@yesterday/server/contract/variables.ts'
import type { z } from 'zod'
import { LOST, type SessionSocket } from './session-socket.ts'

/** Which value: a variable, the places of the children that lead from it, and of an array's first axes. */
export interface ValuePlace {
  readonly name: string
  readonly path: readonly number[]
  readonly fixed: readonly number[]
  /** The cell whose result it is, for a name such as `Out[3]`. */
  readonly cell?: string
}

/** `offline`: no server answered. `other`: `detail` has the server's words. */
export interface ValueProblem {
  readonly ok: false
  readonly reason: ValueRefusal['reason'] | 'offline' | 'other'
  readonly detail: string
}
export type ValueResult<T> = { readonly ok: true; readonly value: T } | ValueProblem

type RowsAsk = Omit<Extract<ValueAsk, { ask: 'rows' }>, 'ask' | 'name' | 'path' | 'fixed' | 'cell'>
type SummariesAsk = Pick<Extract<ValueAsk, { ask: 'summaries' }>, 'columns' | 'filters'>

/** Asks by the session's socket. */
export class Values {
  readonly #session: Pick<SessionSocket, 'send'>

  constructor(session: Pick<SessionSocket, 'send'>) {
    this.#session = session
  }

  head(place: ValuePlace): Promise<ValueResult<ValueHead>> {
    return this.#ask({ ...copied(place), ask: 'head' }, VALUE_ANSWERS.head)
  }

  columns(place: ValuePlace, start: number): Promise<ValueResult<{ columns: TableColumn[] }>> {
    return this.#ask({ ...copied(place), ask: 'columns', start }, VALUE_ANSWERS.columns)
  }

  rows(place: ValuePlace, rows: RowsAsk): Promise<ValueResult<TablePage>> {
    return this.#ask({ ...copied(place), ask: 'rows', ...rows }, VALUE_ANSWERS.rows)
  }

  summaries(place: ValuePlace, of: SummariesAsk): Promise<ValueResult<{ summaries: ColumnSummary[] }>> {
    return this.#ask({ ...copied(place), ask: 'summaries', ...of }, VALUE_ANSWERS.summaries)
  }

  children(place: ValuePlace, start: number): Promise<ValueResult<ValueAnswers['children']>> {
    return this.#ask({ ...copied(place), ask: 'children', start }, VALUE_ANSWERS.children)
  }

  picture(place: ValuePlace): Promise<ValueResult<ValueAnswers['picture']>> {
    return this.#ask({ ...copied(place), ask: 'picture' }, VALUE_ANSWERS.picture)
  }

  async #ask<T>(of: ValueAsk, schema: z.ZodType<T>): Promise<ValueResult<T>> {
    const answer = await this.#session.send({ type: computes(of) ? 'computeValue' : 'value', of })
    if (!answer.ok) return problem(answer.reason === LOST ? 'offline' : 'other', answer.reason)
    const reply = ValueReply.safeParse(answer.content)
    if (!reply.success) return problem('other', reply.error.message)
    if (reply.data.state === 'refused') return problem(reply.data.reason, reply.data.detail)
    const value = schema.safeParse(reply.data.value)
    return value.success ? { ok: true, value: value.data } : problem('other', value.error.message)
  }
}

const problem = (reason: ValueProblem['reason'], detail: string): ValueProblem => ({
  ok: false,
  reason,
  detail: detail.slice(0, 500),
})
const copied = ({ name, path, fixed, cell }: ValuePlace) => ({
  name,
  path: [...path],
  fixed: [...fixed],
  cell: cell ?? null,
})
