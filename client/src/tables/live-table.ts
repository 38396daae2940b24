/** The rows of a value in the kernel. */
import type { ValueHead } from '@yesterday/server/contract/variables.ts'
import type { ValuePlace, ValueResult, Values } from '../session/values.ts'
import { problemWords } from './problem-words.ts'
import type { TableAnswer, TableSource } from './source.ts'

export function liveTable(
  values: Values,
  place: ValuePlace,
  head: ValueHead,
  mayCompute: boolean,
): TableSource {
  return {
    rows: head.rows ?? 0,
    width: head.width ?? 0,
    columns: head.columns ?? [],
    mayCompute,
    columnsFrom: async (start) => picked(await values.columns(place, start), ({ columns }) => columns),
    page: async ({ start, count, columns, sorts, filters }) =>
      picked(
        await values.rows(place, {
          start,
          count,
          columns: [...columns],
          sorts: [...sorts],
          filters: [...filters],
        }),
        (page) => page,
      ),
    summaries: async (columns, filters) =>
      picked(
        await values.summaries(place, { columns: [...columns], filters: [...filters] }),
        ({ summaries }) => summaries,
      ),
  }
}

const picked = <T, V>(answer: ValueResult<T>, pick: (value: T) => V): TableAnswer<V> =>
  answer.ok ? { ok: true, value: pick(answer.value) } : { ok: false, problem: problemWords(answer) }
