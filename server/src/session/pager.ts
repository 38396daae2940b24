/**
 * pure. What IPython shows in a pager (`obj?`, `obj??`, `%pinfo`). It comes in the reply's payload
 * (https://jupyter-client.readthedocs.io/en/stable/messaging.html#payloads) and not as an output; notebooks show it as one.
 */
import type { ExecuteOutcome, Message } from '@yesterday/kernel-bridge'
import { z } from 'zod'

const Page = z.object({
  source: z.literal('page'),
  data: z.record(z.string(), z.json()),
  /** The line to begin at; IPython sends 0. */
  start: z.number().int().nonnegative().catch(0),
})

/** The pages of a run that ended so, as display messages in their order. */
export function pagerOutputs(outcome: ExecuteOutcome): readonly Pick<Message, 'header' | 'content'>[] {
  if (outcome.status !== 'ok') return []
  return outcome.payload.flatMap((payload) => {
    const page = Page.safeParse(payload)
    return page.success ? [displayOf(page.data.data)] : []
  })
}

function displayOf(data: z.infer<typeof Page>['data']): Pick<Message, 'header' | 'content'> {
  const header = { msg_id: '', msg_type: 'display_data', session: '', username: '', date: '', version: '5.3' }
  return { header, content: { data, metadata: {}, transient: {} } }
}
