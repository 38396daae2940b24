import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HIDDEN } from '../../contract/connections.ts'
import {
  connectionSecrets,
  maskedUrl,
  readConnections,
  removeConnection,
  saveConnection,
  urlSecrets,
} from '../../src/user/connections.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yesterday-connections-'))
})
afterEach(() => rmSync(folder, { recursive: true, maxRetries: 5 }))

const url = 'postgresql://ann:p%40ss-word@db.example/shop?sslmode=require&sslpassword=key-word'

test('connections are saved for their owner alone', () => {
  saveConnection('shop', url, folder)
  saveConnection('files', 'duckdb:///x.duckdb', folder)
  expect(readConnections(folder).map(({ name }) => name)).toEqual(['files', 'shop'])
  if (process.platform !== 'win32')
    expect(statSync(join(folder, 'connections.json')).mode & 0o777).toBe(0o600)
  expect(removeConnection('files', folder)).toBe(true)
  expect(removeConnection('files', folder)).toBe(false)
  expect(readConnections(folder)).toEqual([{ name: 'shop', url }])
})

test('secrets of a URL are masked and known', () => {
  const masked = maskedUrl(url)
  expect(masked).toBe(`postgresql://ann:${HIDDEN}@db.example/shop?sslmode=require&sslpassword=${HIDDEN}`)
  expect(urlSecrets(url)).toEqual(['p%40ss-word', 'key-word', 'p@ss-word'])
  expect(maskedUrl('sqlite:///a@b:c.db')).toBe('sqlite:///a@b:c.db')
  expect(maskedUrl('mysql://ann:a@b@h/x')).toBe(`mysql://ann:${HIDDEN}@h/x`)
  saveConnection('shop', url, folder)
  expect(connectionSecrets(folder)).toContain('p@ss-word')
})

test('a masked password keeps the saved one, but never for another host or user', () => {
  saveConnection('shop', url, folder)
  saveConnection('shop', maskedUrl(url), folder)
  expect(readConnections(folder)[0]?.url).toBe(url)
  saveConnection('shop', `postgresql://ann:${HIDDEN}@db.example/other`, folder)
  expect(readConnections(folder)[0]?.url).toBe('postgresql://ann:p%40ss-word@db.example/other')
  for (const changed of [
    `postgresql://ann:${HIDDEN}@evil.example/shop`,
    `postgresql://bob:${HIDDEN}@db.example/shop`,
  ])
    expect(() => saveConnection('shop', changed, folder)).toThrow(/password is needed/)
  expect(() => saveConnection('new', `postgresql://ann:${HIDDEN}@db.example/shop`, folder)).toThrow(
    /password/,
  )
})

test('a damaged file is reported and not replaced', () => {
  const path = join(folder, 'connections.json')
  for (const text of ['{', '{"version":2}', '{"version":1,"connections":[{"name":"a b","url":"x"}]}']) {
    writeFileSync(path, text)
    expect(() => readConnections(folder)).toThrow(/damaged/)
    expect(() => saveConnection('a', 'sqlite://', folder)).toThrow(/damaged/)
    expect(readFileSync(path, 'utf8')).toBe(text)
    expect(connectionSecrets(folder)).toEqual([])
  }
})
