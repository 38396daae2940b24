/** Formats and checks the code of a notebook, by ruff. Columns and rows begin at 1; columns count UTF-16 units. */
import { z } from 'zod'
import { CellId } from './ids.ts'
import { plain } from './route.ts'

const MOST_CELLS = 5_000
const MOST_TEXT = 4_000_000

export const CodeCell = z.object({ id: CellId, source: z.string().max(MOST_TEXT) })
export type CodeCell = z.infer<typeof CodeCell>

const Code = z.object({
  cells: z
    .array(CodeCell)
    .min(1)
    .max(MOST_CELLS)
    .refine(
      (cells) => cells.reduce((sum, { source }) => sum + source.length, 0) <= MOST_TEXT,
      'The code is longer than 4 million characters.',
    ),
})

/** `tool` is null where there is no ruff. `changed` has the cells that differ, `failed` those that are no valid Python. */
export const Formatted = z.object({
  tool: z.literal('ruff').nullable(),
  changed: z.array(CodeCell),
  failed: z.array(CellId),
})
export type Formatted = z.infer<typeof Formatted>

export const LintMark = z.object({
  cell: CellId,
  /** The rule, as `F821`; null for a syntax error. */
  code: z.string().max(40).nullable(),
  message: z.string().max(2_000),
  row: z.int().min(1),
  column: z.int().min(1),
  endRow: z.int().min(1),
  endColumn: z.int().min(1),
  /** True if the code would fail when it ran. */
  isError: z.boolean(),
})
export type LintMark = z.infer<typeof LintMark>

/** `cut`: there are further marks. */
export const Linted = z.object({
  tool: z.literal('ruff').nullable(),
  marks: z.array(LintMark),
  cut: z.boolean(),
})
export type Linted = z.infer<typeof Linted>
export const MOST_MARKS = 1_000

const Named = z.object({ document: z.string().max(200) })

export const codeToolsApi = {
  format: {
    ...plain,
    method: 'post',
    path: '/api/notebooks/:document/format',
    summary: 'Formats code cells by the ruff of the notebook’s kernel, or of the server. Writes nothing.',
    role: 'editor',
    params: Named,
    body: Code,
    answer: Formatted,
  },
  lint: {
    ...plain,
    method: 'post',
    path: '/api/notebooks/:document/lint',
    summary: 'Checks code cells by ruff as one notebook, so that names may come from other cells.',
    role: 'editor',
    params: Named,
    body: Code,
    answer: Linted,
  },
} as const
