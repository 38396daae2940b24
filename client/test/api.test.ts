/** Requests of the page: what goes out, and answers of servers, proxies and networks that are not as they should be. */
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { commentedUrl, encodePath, exportUrl, makeApi, objectUrl } from '../src/api/api.ts'
import { t } from '../src/text/text.ts'

const Value = z.object({ n: z.number() })
const asking = (respond: () => Response | Promise<Response>) => {
  const send = vi.fn<(url: string, init?: RequestInit) => Promise<Response>>(async () => respond())
  return { send, api: makeApi(send) }
}
const html = '<!doctype html><title>Sign in to the network</title>'

describe('answers', () => {
  const get = (body: BodyInit | null, status = 200) =>
    asking(() => new Response(body, { status })).api.get(Value, '/api/x')

  test('one that fits is a value, without what the page does not know', async () => {
    expect(await get('{"n":1,"newer":true}')).toEqual({ ok: true, value: { n: 1 } })
  })

  test.each([
    ['nothing', null],
    ['a page of a proxy', html],
    ['half an answer', '{"n":'],
    ['another type', '{"n":"1"}'],
    ['a list', '[]'],
    ['null', 'null'],
  ])('%s is unreadable', async (_, body) => {
    expect(await get(body)).toMatchObject({ ok: false, problem: { status: 200, code: 'unreadable' } })
  })

  test('a refusal has the words of the server', async () => {
    const error = { code: 'full', message: 'The disk is full.', hint: 'Free some space.' }
    expect(await get(JSON.stringify({ error }), 507)).toEqual({
      ok: false,
      problem: { status: 507, ...error },
    })
    const { hint: _, ...bare } = error
    expect(await get(JSON.stringify({ error: bare }), 507)).toMatchObject({ problem: { hint: null } })
  })

  test.each([
    ['a page of a proxy', html],
    ['nothing', null],
    ['JSON of another shape', '{"detail":"Not found"}'],
    ['an error without words', '{"error":{"code":"x"}}'],
  ])('a refusal that is %s has words of the page', async (_, body) => {
    expect(await get(body, 502)).toMatchObject({
      ok: false,
      problem: { status: 502, code: 'unreadable', message: t('problem.unreadable') },
    })
  })

  test('401 leads to signing in, whatever it says', async () => {
    for (const body of [null, html, '{"error":{"code":"x","message":"y"}}'])
      expect(await get(body, 401)).toMatchObject({ problem: { code: 'login', message: t('problem.login') } })
  })

  test('an answer without content is one where none is expected; a page of a proxy is not', async () => {
    const send = (body: string | null) =>
      asking(() => new Response(body, { status: 200 })).api.send(z.null(), '/api/sign-out', 'POST', null)
    expect(await send(null)).toEqual({ ok: true, value: null })
    expect(await send('null')).toEqual({ ok: true, value: null })
    expect(await send(html)).toMatchObject({ ok: false, problem: { code: 'unreadable' } })
  })
})

describe('no answer', () => {
  test('a network that fails is a problem of status 0, and nothing throws', async () => {
    const { api } = asking(() => Promise.reject(new TypeError('Failed to fetch')))
    const expected = {
      ok: false,
      problem: { status: 0, code: 'unreachable', message: t('problem.unreachable') },
    }
    expect(await api.me()).toMatchObject(expected)
    expect(await api.readFile('a', new AbortController().signal)).toMatchObject(expected)
    expect(await api.upload('a', new Blob(), false)).toMatchObject(expected)
  })

  test('so is a body that breaks off', async () => {
    const { api } = asking(
      () =>
        new Response(
          new ReadableStream({
            start: (body) => body.error(new Error('reset')),
          }),
        ),
    )
    expect(await api.me()).toMatchObject({ ok: false, problem: { code: 'unreachable' } })
    expect(await api.readFile('a', new AbortController().signal)).toMatchObject({ ok: false })
  })
})

describe('what goes out', () => {
  const sentBy = async (ask: (api: ReturnType<typeof makeApi>) => Promise<unknown>) => {
    const { api, send } = asking(() => new Response('{}'))
    await ask(api)
    const [url, init = {}] = send.mock.calls[0] ?? expect.fail('nothing was sent')
    return [init.method ?? 'GET', url, typeof init.body === 'string' ? JSON.parse(init.body) : null]
  }

  test.each([
    ['a folder', 'GET', '/api/files/a%20b/c%3F', null, (api) => api.listFolder('a b/c?')],
    [
      'a new folder',
      'POST',
      '/api/files',
      { type: 'newFolder', folder: 'x' },
      (api) => api.changeFiles({ type: 'newFolder', folder: 'x' }),
    ],
    ['the trash', 'POST', '/api/files', { type: 'trash', path: 'x' }, (api) => api.trash('x')],
    ['an upload', 'PUT', '/api/files/%23.txt', null, (api) => api.upload('#.txt', new Blob(), false)],
    [
      'an upload over a version',
      'PUT',
      '/api/files/a?overwrite=1&was=%22v%22',
      null,
      (api) => api.upload('a', new Blob(), true, '"v"'),
    ],
    ['a notebook', 'POST', '/api/notebooks/open', { path: 'a' }, (api) => api.open('a')],
    [
      'a notebook by its id',
      'POST',
      '/api/notebooks/open',
      { path: 'a', document: 'd' },
      (api) => api.open('a', undefined, 'd'),
    ],
    ['a run', 'GET', '/api/runs/a%2Fb', null, (api) => api.receipt('a/b')],
    ['the place of a run', 'GET', '/api/runs/r/place', null, (api) => api.runPlace('r')],
    ['the runs around', 'GET', '/api/runs/r/around?hops=2', null, (api) => api.around('r', 2)],
    [
      'the log',
      'GET',
      '/api/log?notebook=a+b&limit=5',
      null,
      (api) => api.log({ notebook: 'a b', cell: null, before: null, limit: 5 }),
    ],
    [
      'the log of a cell',
      'GET',
      '/api/log?notebook=a&limit=5&cell=c&session=s&before=r',
      null,
      (api) => api.log({ notebook: 'a', cell: 'c', session: 's', before: 'r', limit: 5 }),
    ],
    ['a new name', 'PUT', '/api/me', { name: 'Ada' }, (api) => api.changeMe({ name: 'Ada' } as never)],
  ] as const satisfies readonly (readonly [
    string,
    string,
    string,
    unknown,
    (api: ReturnType<typeof makeApi>) => Promise<unknown>,
  ])[])('%s: %s %s', async (_, method, url, body, ask) =>
    expect(await sentBy(ask)).toEqual([method, url, body]),
  )

  test('paths and digests are encoded, part by part', () => {
    expect(encodePath('a b/ü/%/..')).toBe('a%20b/%C3%BC/%25/..')
    expect(objectUrl('sha256:a')).toBe('/api/objects/sha256%3Aa')
    expect(objectUrl('d', 'image/svg+xml')).toBe('/api/objects/d?mime=image%2Fsvg%2Bxml')
    expect(exportUrl('a/b.ipynb', 'html')).toBe('/api/export/a/b.ipynb?format=html')
    expect(commentedUrl('b.ipynb')).toContain('comments=included')
  })

  test('a file comes with its version', async () => {
    const { api } = asking(() => new Response('bytes', { headers: { etag: '"v1"' } }))
    const answer = await api.readFile('a', new AbortController().signal)
    expect(answer).toMatchObject({ ok: true, value: { version: '"v1"' } })
    expect(answer.ok && (await answer.value.bytes.text())).toBe('bytes')
  })
})
