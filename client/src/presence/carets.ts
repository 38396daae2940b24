/**
 * The others' carets and selections inside one live editor. Invariant: what is shown is what the awareness says now;
 * a caret's name stays a moment after it moved, and while the pointer is on it.
 */
import type { editor } from 'monaco-editor/editor'
import type * as Y from 'yjs'
import { inkOn, type Visitor } from './people.ts'
import { type Presence, type Stretch, stretchOf } from './presence.ts'

const NAMED_MS = 2000

interface Caret {
  readonly widget: editor.IContentWidget
  readonly node: HTMLElement
  offset: number
  timer: ReturnType<typeof setTimeout> | undefined
}

/** Shows them in `instance`, whose model holds `text`; answers the way to stop. */
export function showCarets(
  instance: editor.IStandaloneCodeEditor,
  presence: Presence,
  cell: string,
  text: Y.Text,
): () => void {
  const marks = instance.createDecorationsCollection()
  const carets = new Map<string, Caret>()
  const draw = (): void => {
    const found = stretchesIn(presence.visitors.get(), cell, text)
    marks.set(found.flatMap((each) => selectionMark(instance, each)))
    const keys = new Set(found.map(({ key }) => key))
    for (const [key, caret] of carets) if (!keys.has(key)) drop(instance, carets, key, caret)
    for (const each of found) place(instance, carets, each)
  }
  const stop = presence.visitors.subscribe(draw)
  text.observe(draw)
  draw()
  return () => {
    stop()
    text.unobserve(draw)
    marks.clear()
    for (const [key, caret] of carets) drop(instance, carets, key, caret)
  }
}

interface Found {
  readonly key: string
  readonly visitor: Visitor
  readonly stretch: Stretch
}

function stretchesIn(visitors: readonly Visitor[], cell: string, text: Y.Text): readonly Found[] {
  return visitors.flatMap((visitor) =>
    visitor.cursors.flatMap((cursor, place) => {
      const stretch = cursor.cell === cell ? stretchOf(cursor, text) : null
      return stretch === null ? [] : [{ key: `${visitor.client}.${place}`, visitor, stretch }]
    }),
  )
}

function selectionMark(
  instance: editor.IStandaloneCodeEditor,
  { visitor, stretch }: Found,
): editor.IModelDeltaDecoration[] {
  const model = instance.getModel()
  if (model === null || stretch.anchor === stretch.head) return []
  const start = model.getPositionAt(Math.min(stretch.anchor, stretch.head))
  const end = model.getPositionAt(Math.max(stretch.anchor, stretch.head))
  const range = {
    startLineNumber: start.lineNumber,
    startColumn: start.column,
    endLineNumber: end.lineNumber,
    endColumn: end.column,
  }
  return [{ range, options: { className: selectionClass(visitor.color) } }]
}

const painted = new Set<string>()

// Monaco takes class names alone: each colour gets one, made when it is first seen.
function selectionClass(color: string): string {
  const name = `selection-${color.slice(1).toLowerCase()}`
  if (!painted.has(name)) {
    painted.add(name)
    const sheet = new CSSStyleSheet()
    sheet.insertRule(`.${name} { background: ${color}40; }`)
    document.adoptedStyleSheets.push(sheet)
  }
  return name
}

function place(instance: editor.IStandaloneCodeEditor, carets: Map<string, Caret>, found: Found): void {
  const known = carets.get(found.key)
  const caret = known ?? makeCaret(instance, found)
  const moved = known === undefined || known.offset !== found.stretch.head
  caret.offset = found.stretch.head
  carets.set(found.key, caret)
  if (known === undefined) instance.addContentWidget(caret.widget)
  else instance.layoutContentWidget(caret.widget)
  if (moved) showName(caret)
}

function showName(caret: Caret): void {
  caret.node.dataset.named = ''
  clearTimeout(caret.timer)
  caret.timer = setTimeout(() => delete caret.node.dataset.named, NAMED_MS)
}

function makeCaret(instance: editor.IStandaloneCodeEditor, { key, visitor, stretch }: Found): Caret {
  const node = document.createElement('div')
  node.className = 'remote-caret'
  node.style.setProperty('--person', visitor.color)
  node.style.setProperty('--person-ink', inkOn(visitor.color))
  const name = document.createElement('span')
  name.textContent = visitor.name
  node.append(name)
  const caret: Caret = {
    node,
    offset: stretch.head,
    timer: undefined,
    widget: {
      getId: () => `remote-caret-${key}`,
      getDomNode: () => node,
      getPosition: () => {
        const position = instance.getModel()?.getPositionAt(caret.offset) ?? null
        node.toggleAttribute('data-first', position?.lineNumber === 1)
        // 0 is Monaco's "exactly here".
        return position === null ? null : { position, preference: [0] }
      },
    },
  }
  return caret
}

function drop(
  instance: editor.IStandaloneCodeEditor,
  carets: Map<string, Caret>,
  key: string,
  caret: Caret,
): void {
  clearTimeout(caret.timer)
  instance.removeContentWidget(caret.widget)
  carets.delete(key)
}
