/** What runs are expected to take, learned from the project's own history. */
import { z } from 'zod'
import { CellId } from './ids.ts'
import { plain } from './route.ts'

/**
 * Where an expectation comes from. `exact`: runs of the same code with the same inputs; `inputs`: runs of the same code, by
 * how they grew with their inputs; `project`: runs of other code that does alike.
 */
export const ForecastMethod = z.enum(['exact', 'inputs', 'project'])
export type ForecastMethod = z.infer<typeof ForecastMethod>

/** About four of five runs lie between `low` and `high`. */
export const Forecast = z.object({
  value: z.number().nonnegative(),
  low: z.number().nonnegative(),
  high: z.number().nonnegative(),
  method: ForecastMethod,
  /** The runs that it was learned from. */
  runs: z.int().positive(),
})
export type Forecast = z.infer<typeof Forecast>

/** Null where nothing is known. */
export const CellForecast = z.object({
  cell: CellId,
  /** From start to end, with what recording takes, ms. */
  ms: Forecast.nullable(),
  /** By how much the memory of the kernel grows while it runs, bytes. */
  memory: Forecast.nullable(),
  /** Outputs and values that are stored, bytes; what is stored already counts. */
  stored: Forecast.nullable(),
})
export type CellForecast = z.infer<typeof CellForecast>

export const Forecasts = z.object({
  /** Code cells that are not empty, in order; each as it would run after those above it. */
  cells: z.array(CellForecast),
  /** Runs of the project that were learned from. */
  learned: z.int().nonnegative(),
  /** Of the machine, or of the container; null where it cannot be measured. */
  memoryFree: z.number().nonnegative().nullable(),
})
export type Forecasts = z.infer<typeof Forecasts>

export const predictionApi = {
  forecasts: {
    ...plain,
    method: 'get',
    path: '/api/notebooks/:document/forecasts',
    summary:
      'Returns what each code cell of an open notebook is expected to take, by earlier runs of the project.',
    role: 'viewer',
    params: z.object({ document: z.string().max(200) }),
    answer: Forecasts,
  },
} as const
