/** pure. The model that a widget view shows (`application/vnd.jupyter.widget-view+json`). */
import { z } from 'zod'

const View = z.object({ model_id: z.string().min(1).max(200) })

/** Null where the value, which is JSON or its text, names none. */
export function modelIn(value: unknown): string | null {
  return View.safeParse(typeof value === 'string' ? jsonOf(value) : value).data?.model_id ?? null
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
