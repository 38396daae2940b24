/**
 * ipywidgets' models as clients get them. Their state is the kernel's, by the widget protocol 2.x
 * (https://github.com/jupyter-widgets/ipywidgets/blob/main/packages/schema/messages.md): the server follows it from the
 * kernel's comm messages, so a page that opens late gets it while the kernel is busy, too.
 */
import { z } from 'zod'

/** Binary members of a state: each with the keys and indexes that lead to it, and its bytes in base64. */
export const WidgetBuffer = z.object({
  path: z.array(z.union([z.string(), z.number()])),
  data: z.base64(),
})
export type WidgetBuffer = z.infer<typeof WidgetBuffer>

export const WidgetModel = z.object({
  /** The model's id, which is its comm's. */
  id: z.string(),
  /** `_model_name`, `_model_module`, `_view_name`, … and the model's own; references are `IPY_MODEL_<id>`. */
  state: z.record(z.string(), z.unknown()),
  buffers: z.array(WidgetBuffer),
})
export type WidgetModel = z.infer<typeof WidgetModel>

/** The answer to `widgets` (session.ts): the models asked for and those that they refer to, as far as they are known. */
export const WidgetModels = z.object({
  models: z.array(WidgetModel),
  /** True if the kernel has widgets that it could not report yet: ask again when it is idle. */
  isPartial: z.boolean(),
})
export type WidgetModels = z.infer<typeof WidgetModels>
