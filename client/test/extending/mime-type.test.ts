/** docs/extending/mime-type.md: a MIME type is one row of the table and one file of its renderer. */
import type { MimeType } from '@yesterday/server/contract/mime.ts'
import { expect, test, vi } from 'vitest'
import type { FrameRenderer } from '../../src/frame/context.ts'
import { rendererOf, renderersIn } from '../../src/frame/renderers.ts'

// The row.
const ROW = vi.hoisted(
  (): MimeType => ({
    names: /^text\/vnd\.mermaid$/,
    served: ['text/vnd.mermaid'],
    drawn: { by: 'frame', renderer: 'mermaid' },
  }),
)
vi.mock('@yesterday/server/contract/mime.ts', async (original) => {
  const table = await original<typeof import('@yesterday/server/contract/mime.ts')>()
  return { ...table, MIME_TYPES: [ROW, ...table.MIME_TYPES] }
})

// The file.
const files = import.meta.glob<FrameRenderer>('./mime/*.ts', { eager: true, import: 'draw' })

test('page, history, exports, objects route and frame know a new type', async () => {
  const rules = await import('@yesterday/server/contract/mime-rules.ts')
  const mime = 'text/vnd.mermaid'
  const data = { 'text/plain': 'a diagram', [mime]: 'a --> b' }
  expect(rules.chooseForm(data)).toEqual({ mime, drawer: 'frame', value: 'a --> b' })
  expect(rules.SERVED_TYPES.has(mime)).toBe(true)
  expect(rules.mayAct(mime)).toBe(true)
  expect([rules.historyForm(mime), rules.diffKind(mime)]).toEqual(['name', 'lines'])
  const element = { textContent: '' }
  const draw: unknown = rendererOf(mime, renderersIn(files))
  if (typeof draw === 'function') draw({ mime, value: 'a --> b', metadata: {} }, { element })
  expect(element.textContent).toBe('diagram of a --> b')
})
