/** Files that are sent, whole and in part, and errors as answers that say what to do. */
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRegular } from '../../src/disk/regular-file.ts'
import { refusalOf } from '../../src/http/failure.ts'
import { perform } from '../../src/http/reply.ts'
import { DamagedObjectError, StoreError } from '../../src/store/errors.ts'

const folder = mkdtempSync(join(tmpdir(), 'yesterday-replies-'))
const file = join(folder, 'digits.txt')
const app = express()
app.get('/', async (_, response) => {
  await perform(response, {
    kind: 'opened',
    file: await openRegular(file),
    headers: { 'content-type': 'text/plain' },
  })
})
const server = createServer(app)
let url = ''
beforeAll(async () => {
  writeFileSync(file, '0123456789')
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

test.each([
  [undefined, 200, '0123456789', null],
  ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
  ['bytes=-3', 206, '789', 'bytes 7-9/10'],
  ['bytes=8-', 206, '89', 'bytes 8-9/10'],
  ['bytes=20-', 416, '', 'bytes */10'],
  ['lines=1-2', 200, '0123456789', null],
])('the range %s of a file', async (range, status, body, contentRange) => {
  const response = await fetch(url, { headers: range === undefined ? {} : { range } })
  expect([response.status, await response.text()]).toEqual([status, body])
  expect(response.headers.get('content-range')).toBe(contentRange)
})

test('an empty file, and a request for the head alone', async () => {
  const head = await fetch(url, { method: 'HEAD' })
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '10', ''])
  writeFileSync(file, '')
  expect(await (await fetch(url)).text()).toBe('')
})

test('an error says what failed, where, and what to do', () => {
  const request = 'GET /api/objects/x'
  expect(refusalOf(new DamagedObjectError('sha256:1', 'sha256:2'), request)).toEqual({
    code: 'damaged',
    status: 500,
    message: 'Object sha256:1 is damaged: its bytes have the digest sha256:2.',
    hint: expect.stringMatching(/yesterday fsck/),
  })
  expect(refusalOf(new StoreError('disk-full', 'the disk is full'), request).status).toBe(507)
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  expect(refusalOf(full, request)).toMatchObject({ code: 'diskFull', status: 507 })
  expect(refusalOf(new URIError('URI malformed'), request)).toMatchObject({ status: 400 })
  const unexpected = refusalOf(new TypeError('x is not a function'), request)
  expect(unexpected).toMatchObject({ status: 500, message: expect.stringContaining(request) })
  expect(unexpected.hint).toMatch(/terminal/)
})
