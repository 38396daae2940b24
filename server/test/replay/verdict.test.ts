/** Verdicts by cases: outputs, versions, outcomes. */
import { deflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { digestOf } from '../../src/disk/digest.ts'
import { judgeStep, type ShownOutput, worst } from '../../src/replay/verdict.ts'
import { edge, receipt } from './given.ts'

const text = (words: string, mime = 'text/plain'): ShownOutput => ({
  mime,
  outputType: 'execute_result',
  name: null,
  digest: digestOf(words),
  bytes: Buffer.from(words),
})
const judge = (outputsWere: readonly ShownOutput[], outputsAre: readonly ShownOutput[]) =>
  judgeStep({
    was: receipt('a'),
    is: receipt('b'),
    outputsWere,
    outputsAre,
    repeated: new Set(),
    why: null,
  })

test.each([
  ['the same', [text('1')], [text('1')], 'identical'],
  ['nothing', [], [], 'identical'],
  ['an address', [text('<X at 0x7f001122>')], [text('<X at 0x7f003344>')], 'equal'],
  ['another number', [text('1')], [text('2')], 'different'],
  ['less', [text('1'), text('2')], [text('1')], 'different'],
  ['another kind', [text('1')], [text('1', 'text/html')], 'different'],
  ['what is gone', [{ ...text('1'), bytes: null }], [text('2')], 'different'],
] as const)('a run that shows %s', (_, was, is, verdict) => {
  expect(judge(was, is).verdict).toBe(verdict)
})

test.each([
  ['a line', [text('a\nb')], [text('a\nc')], 'line 2 of the output was “b”, is “c”'],
  ['a line more', [text('a')], [text('a\nc')], 'line 2 of the output was not there, is “c”'],
  ['bytes', [text('ab', 'application/x-any')], [text('abc', 'application/x-any')], /^(its content|line 1)/],
] as const)('what differs is named: %s', (_, was, is, why) => {
  expect(judge(was, is).why).toMatch(why)
})

test('a run that fails now has failed; one that failed in the same way then is as it was', () => {
  const error = { ename: 'ValueError', evalue: 'no', traceback: [] }
  const failed = receipt('b', { outcome: 'error', error })
  const both = { outputsWere: [], outputsAre: [], repeated: new Set<string>(), why: null }
  expect(judgeStep({ was: receipt('a'), is: failed, ...both })).toMatchObject({
    verdict: 'failed',
    why: 'ValueError: no',
  })
  expect(judgeStep({ was: failed, is: failed, ...both }).verdict).toBe('identical')
  expect(judgeStep({ was: failed, is: receipt('b'), ...both }).verdict).toBe('different')
})

test('what shows nothing is judged by what it made', () => {
  const [was, is] = [edge('x', { digest: digestOf('1') }), edge('x', { digest: digestOf('2') })]
  const both = { outputsWere: [], outputsAre: [], repeated: new Set<string>(), why: null }
  const step = judgeStep({
    was: receipt('a', { generated: [was] }),
    is: receipt('b', { generated: [is] }),
    ...both,
  })
  expect(step).toMatchObject({ verdict: 'different', why: 'variable x differs' })
  expect(step.versions).toMatchObject([{ name: 'x', verdict: 'different' }])
})

test('what a run changed in part is judged where the rest of it is there', () => {
  const was = [
    edge('df', { digest: digestOf('1'), makers: ['column a'] }),
    edge('alias', { digest: digestOf('1'), makers: ['alias'] }),
  ]
  const is = [edge('df', { digest: digestOf('2') })]
  const judged = (...repeated: string[]) =>
    judgeStep({
      was: receipt('a', { generated: was }),
      is: receipt('b', { generated: is }),
      outputsWere: [],
      outputsAre: [],
      repeated: new Set(repeated),
      why: null,
    })
  const inPart = { verdict: 'in part' }
  expect(judged('a')).toMatchObject({ verdict: 'identical', versions: [inPart, inPart] })
  expect(judged('a', 'column a')).toMatchObject({ verdict: 'different', why: 'variable df differs' })
  expect(judged('a', 'alias')).toMatchObject({ verdict: 'different', why: 'variable alias differs' })
})

test('pictures are compared by what is seen', () => {
  const picture = (shade: number, size = 8) => png(size, shade)
  const shown = (bytes: Buffer): ShownOutput => ({ ...text(bytes.toString('latin1'), 'image/png'), bytes })
  expect(judge([shown(picture(100))], [shown(picture(101))])).toMatchObject({
    verdict: 'equal',
    outputs: [{ rules: ['image-noise'] }],
  })
  expect(judge([shown(picture(100))], [shown(picture(200))]).verdict).toBe('different')
  expect(judge([shown(picture(100))], [shown(picture(100, 9))]).verdict).toBe('different')
})

test('the worst decides', () => {
  expect(worst(['identical', 'different', 'equal'])).toBe('different')
  expect(worst([])).toBe('identical')
})

/** A grey square; filter 0 on each row. */
function png(size: number, shade: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(data.length)
    return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(size, 0)
  header.writeUInt32BE(size, 4)
  header.set([8, 0, 0, 0, 0], 8)
  const rows = Buffer.concat(
    Array.from({ length: size }, () => Buffer.concat([Buffer.from([0]), Buffer.alloc(size, shade)])),
  )
  const signature = Buffer.from('89504e470d0a1a0a', 'hex')
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
