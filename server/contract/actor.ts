/** pure. The person or program that did something. */
import { z } from 'zod'

export const Actor = z.object({ id: z.string(), name: z.string() })
export type Actor = z.infer<typeof Actor>
