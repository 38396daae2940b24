/** What the page does with a file by its name, and text that is saved as it was read. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeText, encodeText, kindOf, TEXT_LIMIT } from '../src/file/file-kind.ts'

test.each([
  ['train.py', 10, 'text'],
  ['Makefile', 10, 'text'],
  ['notes.MD', 10, 'text'],
  ['log.txt', TEXT_LIMIT + 1, 'large'],
  ['plot.PNG', 10, 'image'],
  ['logo.svg', 10, 'image'],
  ['data.parquet', 10, 'other'],
  ['archive.tar.gz', 10, 'other'],
])('%s of %i bytes is %s', (path, size, kind) => {
  expect(kindOf(path, size)).toBe(kind)
})

const bytes = (text: string) => new TextEncoder().encode(text)

test('line ends and the byte order mark come back', () => {
  const unix = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\u{feff}\0]/gu, ''))
  fc.assert(
    fc.property(unix, fc.boolean(), fc.boolean(), (text, isWindows, hasBom) => {
      const whole = (hasBom ? '\u{feff}' : '') + (isWindows ? text.replace(/\n/g, '\r\n') : text)
      const form = decodeText(bytes(whole))
      expect(form?.text).toBe(text)
      expect(form && encodeText(form)).toBe(whole)
    }),
  )
})

test('bytes that are no text are not opened', () => {
  expect(decodeText(new Uint8Array([0xff, 0xfe, 0x41]))).toBeNull()
  expect(decodeText(bytes('a\0b'))).toBeNull()
})
