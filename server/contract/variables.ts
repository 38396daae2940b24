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
