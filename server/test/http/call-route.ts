/** A request to one handler, without a server around it. */
import { Readable } from 'node:stream'
import type { RouteSpec } from '../../contract/route.ts'
import type { Reply } from '../../src/http/reply.ts'
import type { RawCall, Route } from '../../src/http/route.ts'

/** Calls the handler of `spec`, as an owner unless `call` says otherwise. */
export function callRoute(
  routes: readonly Route[],
  spec: RouteSpec,
  call: Partial<RawCall> = {},
): Promise<Reply> {
  const route = routes.find((one) => one.spec === spec)
  if (route === undefined) throw new Error(`There is no handler of ${spec.method} ${spec.path}.`)
  return route.handle({
    person: { id: 'user:ada', name: 'Ada', color: '#000' },
    role: 'owner',
    scope: null,
    session: null,
    visitor: { address: '127.0.0.1', device: '' },
    party: null,
    browser: null,
    origin: 'http://localhost',
    language: 'en',
    params: {},
    query: {},
    body: undefined,
    stream: Readable.from([]),
    contentLength: null,
    ...call,
  })
}
