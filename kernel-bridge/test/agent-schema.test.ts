/** The record's one definition, as a schema that the agent's tests compare its Python types with. */
import { expect, test } from 'vitest'
import { z } from 'zod'
import { AgentContent } from '../src/late.ts'
import { AgentRecord } from '../src/record.ts'

test('the agent has the schemas of its messages; run with --update after a change, then the test of the agent', async () => {
  const schemas = {
    record: z.toJSONSchema(AgentRecord, { io: 'input', reused: 'inline' }),
    content: z.toJSONSchema(AgentContent, { io: 'input', reused: 'inline' }),
  }
  await expect(`${JSON.stringify(schemas, null, 1)}\n`).toMatchFileSnapshot(
    '../agent/tests/goldens/messages.schema.json',
  )
})
