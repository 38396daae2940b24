/** What a run was answered over HTTP, given to the kernel of a replay in place of the network. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Kernel } from '@yesterday/kernel-bridge'
import { z } from 'zod'
import type { Edge, Receipt } from '../../contract/run.ts'
import type { Sandbox } from './isolation/isolation.ts'
import { callAgent } from './kernel-talk.ts'
import { hostOfUrl } from './outside-names.ts'
import { fileBytes } from './stored-bytes.ts'
import type { ReplayWorld } from './world.ts'

/** As the agent's web_answers.py keeps it. */
const AnswerFacts = z.object({
  method: z.string(),
  status: z.number().int(),
  reason: z.string(),
  headers: z.array(z.tuple([z.string(), z.string()])),
  sent: z.string().nullable(),
  whole: z.boolean(),
})
const Facets = z.object({ answer: AnswerFacts })

type UrlEdge = Pick<Edge, 'kind' | 'facets' | 'value'>

/** Null for an edge to anything else, and for a request that got no answer. */
export function answerOf({ kind, facets }: UrlEdge): z.infer<typeof AnswerFacts> | null {
  return kind === 'url' ? (Facets.safeParse(facets).data?.answer ?? null) : null
}

/** Whether the answer can be given again. */
export const isAnswered = (edge: UrlEdge): boolean => answerOf(edge) !== null && edge.value !== null

/** Gives the recorded answers to the next run, unless it asks the network. Returns what could not be given. */
export async function giveAnswers(
  { store: { objects }, maySend = [], isLive = false }: ReplayWorld,
  kernel: Pick<Kernel, 'request'>,
  { shared, facts }: Pick<Sandbox, 'shared' | 'facts'>,
  { used }: Pick<Receipt, 'used'>,
): Promise<readonly string[]> {
  if (isLive) return []
  const given = []
  const folder = join(shared, 'answers')
  for (const edge of used) {
    const answer = answerOf(edge)
    if (answer === null || maySend.includes(hostOfUrl(edge.name) ?? '')) continue
    const body = edge.value === null ? null : await fileBytes(objects, edge)
    given.push({ address: edge.name, facts: answer, file: body && (await layBody(folder, edge, body)) })
  }
  if (given.length === 0 && maySend.length === 0) return []
  const reply = await callAgent(kernel, 'web_replay.give', [
    JSON.stringify(given),
    facts.network === 'absent',
    maySend,
  ])
  return reply.ok ? [] : [`recorded answers could not be given: ${reply.why}`]
}

async function layBody(folder: string, { value }: UrlEdge, body: Uint8Array): Promise<string> {
  const path = join(folder, value?.digest.replace(/^[^:]*:/, '') ?? 'body')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(path, body, { mode: 0o600 })
  return path
}
