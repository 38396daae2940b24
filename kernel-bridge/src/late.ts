/**
 * pure. The definition of digests that the agent computed behind a run's reply. The agent's types in `late_edges.py` are
 * compared with its schema, as those of `record.ts`.
 */
import { z } from 'zod'
import { AgentDigest, EdgeTarget, StoredValue } from './record.ts'

/** Most versions in one message. */
const CONTENTS_LIMIT = 10_000
/** Most objects of one value: pieces are at least 256 KiB. */
const OBJECTS_LIMIT = 1_000_000

export const AgentContent = z.object({
  schema: z.literal(1),
  /** The run whose record has the edges. */
  run: z.string(),
  contents: z
    .array(
      z.object({
        side: z.enum(['used', 'generated']),
        kind: EdgeTarget,
        name: z.string(),
        by: z.string().nullable(),
        /** As the record's `notCaptured` names it. */
        what: z.string(),
        digest: AgentDigest.nullable(),
        /** Why there is no digest; null where there is one. */
        why: z.string().nullable(),
        /** Bytes, where they are known with the digest. */
        size: z.number().nullish(),
        /** An object in the spool that came with the digest. */
        value: StoredValue.nullish(),
        /** All objects that the value needs, in the spool or announced before. */
        objects: z.array(AgentDigest).max(OBJECTS_LIMIT).default([]),
      }),
    )
    .max(CONTENTS_LIMIT),
})
export type AgentContent = z.infer<typeof AgentContent>
