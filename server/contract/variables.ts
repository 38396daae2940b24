/**
 * What a kernel reports of a notebook's variables. The session command `variables` asks for what differs from a revision
 * that the page knows. Invariant: an answer comes from a kernel, so it is parsed and bounded like any input.
 */
import { z } from 'zod'
import { CellId, RunId } from './ids.ts'

/** Variables in one listing. */
export const MOST_VARIABLES = 5_000

/** What kind of thing a variable holds. */
export const VariableGroup = z.enum(['value', 'function', 'class', 'module'])
export type VariableGroup = z.infer<typeof VariableGroup>

/** The viewer that opens a value. */
export const ValueForm = z.enum(['table', 'array', 'tree', 'text', 'image', 'module'])
export type ValueForm = z.infer<typeof ValueForm>

export const Variable = z.object({
  name: z.string().max(1_000),
  /** Empty where the listing took too long to look. */
  type: z.string().max(500),
  group: VariableGroup,
  shape: z.array(z.number().int().nonnegative()).max(64).optional(),
  preview: z.string().max(500).optional(),
  /** Bytes that it holds itself. */
  size: z.number().nonnegative().optional(),
  opens: ValueForm.optional().catch(undefined),
  /** The run that wrote it last; null where none is known. */
  run: RunId.nullable(),
  cell: CellId.nullable(),
  /** The run that is on wrote it. */
  running: z.boolean().default(false),
})
export type Variable = z.infer<typeof Variable>

/** A value without a name, as one inside of another. */
export const ValueEntry = Variable.omit({ name: true, run: true, cell: true, running: true })
export type ValueEntry = z.infer<typeof ValueEntry>

/** What differs from a revision of a listing; everything, where `whole`. */
export const VariableChanges = z.object({
  list: z.string().max(64),
  revision: z.number().int().nonnegative(),
  whole: z.boolean(),
  changed: z.array(Variable).max(MOST_VARIABLES),
  removed: z.array(z.string().max(1_000)).max(100_000),
  /** Variables that are beyond the limit. */
  left: z.number().int().nonnegative(),
  running: z.boolean(),
})
export type VariableChanges = z.infer<typeof VariableChanges>

/** The answer to `variables`. `waits`: this kernel answers when the run is over. `unsupported`: it has no recorder. */
export const VariablesAnswer = z.discriminatedUnion('state', [
  z.object({ state: z.literal('known'), changes: VariableChanges }),
  z.object({ state: z.literal('waits') }),
  z.object({ state: z.literal('unsupported') }),
])
export type VariablesAnswer = z.infer<typeof VariablesAnswer>

/** The answer to `variable`: one of them, null where the notebook has none of this name. */
export const VariableAnswer = z.discriminatedUnion('state', [
  z.object({ state: z.literal('known'), variable: Variable.nullable() }),
  z.object({ state: z.literal('waits') }),
  z.object({ state: z.literal('unsupported') }),
])
export type VariableAnswer = z.infer<typeof VariableAnswer>

const Place = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)
/** Rows of a page, columns of a window, and children of a page. */
export const [PAGE_ROWS, PAGE_COLUMNS, PAGE_CHILDREN] = [500, 100, 200]

export const FILTER_OPERATIONS = [
  'contains',
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'missing',
  'present',
] as const
export const TableFilter = z.object({
  column: Place,
  operation: z.enum(FILTER_OPERATIONS),
  /** As a person writes it. */
  value: z.string().max(1_000),
})
export type TableFilter = z.infer<typeof TableFilter>
export const TableSort = z.object({ column: Place, descending: z.boolean() })
export type TableSort = z.infer<typeof TableSort>

/** Which value: a variable, and the places of the children that lead from it. `fixed`: places of an array's first axes. */
const Target = {
  name: z.string().max(1_000),
  path: z.array(Place).max(64).default([]),
  fixed: z.array(Place).max(64).default([]),
  /** The cell whose result it is, for a name such as `Out[3]`: a result of another cell is not shown as this one's. */
  cell: CellId.nullable().default(null),
}
const Columns = z.array(Place).max(PAGE_COLUMNS)
const Filters = z.array(TableFilter).max(20).default([])

/** A question about one value. */
export const ValueAsk = z.discriminatedUnion('ask', [
  z.object({ ...Target, ask: z.literal('head') }),
  z.object({ ...Target, ask: z.literal('columns'), start: Place }),
  z.object({
    ...Target,
    ask: z.literal('rows'),
    start: Place,
    count: Place.max(PAGE_ROWS),
    columns: Columns,
    sorts: z.array(TableSort).max(10).default([]),
    filters: Filters,
  }),
  z.object({ ...Target, ask: z.literal('summaries'), columns: Columns, filters: Filters }),
  z.object({ ...Target, ask: z.literal('children'), start: Place }),
  z.object({ ...Target, ask: z.literal('picture') }),
])
export type ValueAsk = z.infer<typeof ValueAsk>
export type ValueQuestion = ValueAsk['ask']

/** True if the kernel computes for it: orders, filters, statistics and slices. The others only read. */
export const computes = (ask: ValueAsk): boolean =>
  ask.ask === 'summaries' ||
  ask.ask === 'picture' ||
  ask.fixed.some((place) => place > 0) ||
  (ask.ask === 'rows' && ask.sorts.length + ask.filters.length > 0)

export const TableColumn = z.object({
  name: z.string().max(10_000),
  type: z.string().max(2_000),
  kind: z.enum(['number', 'text', 'time', 'bool', 'other']),
})
export type TableColumn = z.infer<typeof TableColumn>

export const ValueHead = z.object({
  entry: ValueEntry,
  form: z.union([ValueForm, z.literal('none')]),
  rows: Place.optional(),
  /** Columns in all; `columns` has the first of them. */
  width: Place.optional(),
  columns: z.array(TableColumn).max(PAGE_COLUMNS).optional(),
  /** Lengths of the axes that are fixed at a place each. */
  axes: z.array(Place).max(64).optional(),
  picture: z.boolean().optional(),
  /** Children, or characters of a text. */
  count: Place.optional(),
  text: z.string().max(200_000).optional(),
})
export type ValueHead = z.infer<typeof ValueHead>

const Cell = z.string().max(2_000).nullable()
/** Cells by column, in the order that was asked for. `total`: rows that the filters leave. */
export const TablePage = z.object({
  total: Place,
  start: Place,
  cells: z.array(z.array(Cell).max(PAGE_ROWS)).max(PAGE_COLUMNS),
  labels: z.array(z.string().max(20_000)).max(PAGE_ROWS).nullable(),
})
export type TablePage = z.infer<typeof TablePage>

/** Statistics of a column. `sampled`: the rows that they are computed from, where not from all. */
export const ColumnSummary = z.object({
  column: Place,
  count: Place,
  missing: Place.default(0),
  sampled: Place.optional(),
  least: z.string().max(500).optional(),
  greatest: z.string().max(500).optional(),
  mean: z.string().max(100).optional(),
  deviation: z.string().max(100).optional(),
  /** Counts of equal stretches from the least to the greatest. */
  bins: z.array(Place).max(100).optional(),
  distinct: Place.optional(),
  top: z
    .array(z.tuple([z.string().max(500), Place]))
    .max(20)
    .optional(),
})
export type ColumnSummary = z.infer<typeof ColumnSummary>

export const ValueChild = z.object({ key: z.string().max(500), entry: ValueEntry })
export type ValueChild = z.infer<typeof ValueChild>

/** By question the answer's form. */
export const VALUE_ANSWERS = {
  head: ValueHead,
  columns: z.object({ columns: z.array(TableColumn).max(PAGE_COLUMNS) }),
  rows: TablePage,
  summaries: z.object({ summaries: z.array(ColumnSummary).max(PAGE_COLUMNS) }),
  children: z.object({ children: z.array(ValueChild).max(PAGE_CHILDREN), count: Place }),
  picture: z.object({
    picture: z.object({ png: z.base64().max(6_000_000), width: Place, height: Place }),
  }),
} as const satisfies Readonly<Record<ValueQuestion, z.ZodType>>
export type ValueAnswers = { readonly [Q in ValueQuestion]: z.infer<(typeof VALUE_ANSWERS)[Q]> }

/**
 * Why a value is not shown. `gone`: there is no such value any more. `secret`: its name says that it is one. `waits`: it is
 * read when the run is over. `impossible`: `detail` says what cannot be done. `failed`: a fault of a library.
 */
export const ValueRefusal = z.object({
  state: z.literal('refused'),
  reason: z
    .enum(['gone', 'secret', 'noPicture', 'impossible', 'failed', 'waits', 'unsupported'])
    .catch('failed'),
  detail: z.string().max(500).catch(''),
})
export type ValueRefusal = z.infer<typeof ValueRefusal>

/** The answer to `value`; `value` has the form of `VALUE_ANSWERS`. */
export const ValueReply = z.union([
  z.object({ state: z.literal('known'), value: z.record(z.string(), z.unknown()) }),
  ValueRefusal,
])
export type ValueReply = z.infer<typeof ValueReply>
