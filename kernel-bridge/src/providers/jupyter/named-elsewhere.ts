/** pure. Files of a record are of another machine: they are named so, and are never taken for those of the project. */
import { nameElsewhere } from '../../elsewhere.ts'
import type { Json, JsonObject, Message } from '../../message.ts'

const FILES: readonly Json[] = ['file', 'directory']

/** The message as it came, but for records and late digests. */
export function namedElsewhere(message: Message, host: string): Message {
  const type = message.header.msg_type
  if (message.channel !== 'iopub' || (type !== 'yesterday_record' && type !== 'yesterday_content'))
    return message
  const { content } = message
  const lists = type === 'yesterday_record' ? ['used', 'generated'] : ['contents']
  const named = lists.flatMap((list) => {
    const edges = content[list]
    return Array.isArray(edges) ? [[list, edges.map((edge) => edgeOn(edge, host))]] : []
  })
  return { ...message, content: { ...content, ...Object.fromEntries(named) } }
}

function edgeOn(edge: Json, host: string): Json {
  if (!isObject(edge) || !FILES.includes(edge.kind ?? null) || typeof edge.name !== 'string') return edge
  return { ...edge, name: nameElsewhere(edge.name, host) }
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
