/** What kernels and their machine use, and what runs are expected to take. */
import { Meter } from '../../machines/meter.ts'
import type { Route } from '../route.ts'
import { type ForecastParts, forecastRoutes } from './forecasts.ts'
import { type MachineParts, machineRoutes } from './machines.ts'

export type UsageParts = Omit<ForecastParts & MachineParts, 'meter' | 'pathOf'>

export function usageRoutes(parts: UsageParts): readonly Route[] {
  const meter = new Meter(parts.root)
  const pathOf = (id: string) => parts.live(id)?.path ?? null
  return [...machineRoutes({ ...parts, meter, pathOf }), ...forecastRoutes(parts)]
}
