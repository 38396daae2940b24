/**
 * Monaco as this page uses it: the editor and the features that cells need, no language but Python's and SQL's basics,
 * one worker, the theme of the page. Loaded by dynamic import after first paint. Invariant: imported nowhere statically
 * but for types.
 */
import 'monaco-editor/features/codeEditor/register.js'
import 'monaco-editor/features/codicon/register.js'
import 'monaco-editor/features/bracketMatching/register.js'
import 'monaco-editor/features/clipboard/register.js'
import 'monaco-editor/features/comment/register.js'
import 'monaco-editor/features/hover/register.js'
import 'monaco-editor/features/indentation/register.js'
import 'monaco-editor/features/linesOperations/register.js'
import 'monaco-editor/features/multicursor/register.js'
import 'monaco-editor/features/parameterHints/register.js'
// The feature's own register leaves out the list of suggestions (0.57): this is it.
import 'monaco-editor/editor/contrib/suggest/browser/suggestController.js'
import 'monaco-editor/features/wordOperations/register.js'
import { editor, languages } from 'monaco-editor/editor'
import EditorWorker from 'monaco-editor/editor/editor.worker?worker'
import { settings } from '../settings/settings-store.ts'
import { diffColours } from './diff-colours.ts'
import { type LineState, type Token, tokenizeLine } from './python-tokens.ts'
import { type SqlState, tokenizeSqlLine } from './sql-tokens.ts'

export * as monaco from 'monaco-editor/editor'

globalThis.MonacoEnvironment = { getWorker: () => new EditorWorker() }

class Line implements languages.IState {
  readonly open: string
  constructor(open: string) {
    this.open = open
  }
  clone(): Line {
    return this
  }
  equals(other: languages.IState): boolean {
    return other instanceof Line && other.open === this.open
  }
}

/** Monaco's provider for a tokenizer of lines; the first of `states` is that of a text's beginning. */
function provider<State extends string>(
  states: readonly [State, ...State[]],
  tokenize: (line: string, state: State) => { readonly tokens: readonly Token[]; readonly state: State },
): languages.TokensProvider {
  return {
    getInitialState: () => new Line(states[0]),
    tokenize: (line, state) => {
      const open = states.find((one) => state instanceof Line && state.open === one) ?? states[0]
      const done = tokenize(line, open)
      const tokens = done.tokens.map(({ start, kind }) => ({ startIndex: start, scopes: kind }))
      return { tokens, endState: new Line(done.state) }
    },
  }
}

languages.register({ id: 'python' })
languages.register({ id: 'markdown' })
languages.register({ id: 'sql' })
languages.setTokensProvider('python', provider<LineState>(['', '"""', "'''"], tokenizeLine))
languages.setTokensProvider('sql', provider<SqlState>(['', '/*', "'"], tokenizeSqlLine))
languages.setLanguageConfiguration('sql', {
  comments: { lineComment: '--', blockComment: ['/*', '*/'] },
  brackets: [['(', ')']],
  autoClosingPairs: ['()', "''", '{}'].map((pair) => ({ open: pair.charAt(0), close: pair.charAt(1) })),
})
languages.setLanguageConfiguration('python', {
  comments: { lineComment: '#' },
  brackets: [
    ['{', '}'],
    ['[', ']'],
    ['(', ')'],
  ],
  autoClosingPairs: ['{}', '[]', '()', '""', "''"].map((pair) => ({
    open: pair.charAt(0),
    close: pair.charAt(1),
  })),
  surroundingPairs: ['{}', '[]', '()', '""', "''"].map((pair) => ({
    open: pair.charAt(0),
    close: pair.charAt(1),
  })),
  onEnterRules: [
    {
      beforeText: /^\s*(?:return|pass|break|continue|raise)\b[^([{]*$/,
      action: { indentAction: languages.IndentAction.Outdent },
    },
    { beforeText: /:\s*(?:#.*)?$/, action: { indentAction: languages.IndentAction.Indent } },
  ],
})

const kinds = [
  'keyword',
  'constant',
  'string',
  'number',
  'comment',
  'decorator',
  'function',
  'operator',
] as const

/** Takes the page's colours, read from its style; to be called again when the theme changes. */
export function paint(): void {
  const style = getComputedStyle(document.documentElement)
  // A build shortens `#ffffff`; Monaco wants six digits.
  const token = (name: string): string =>
    style
      .getPropertyValue(`--${name}`)
      .trim()
      .replace(/^#(.)(.)(.)$/, '#$1$1$2$2$3$3')
  const colour = (name: string): string => token(`editor-${name}`)
  editor.defineTheme('yesterday', {
    base: document.documentElement.dataset.theme === 'dark' ? 'vs-dark' : 'vs',
    inherit: true,
    rules: [
      { token: '', foreground: colour('text').slice(1) },
      ...kinds.map((token) => ({ token, foreground: colour(token).slice(1) })),
    ],
    colors: {
      'editor.background': colour('background'),
      'editor.foreground': colour('text'),
      'editor.selectionBackground': colour('selection'),
      'editorCursor.foreground': colour('cursor'),
      'editorLineNumber.foreground': colour('line-number'),
      'editorLineNumber.activeForeground': colour('text'),
      ...popupColours(token),
      ...diffColours(token),
    },
  })
  editor.setTheme('yesterday')
}

/** Popups look like the page's own menus. `token` reads a colour of the page. */
function popupColours(token: (name: string) => string): Record<string, string> {
  const [ground, text, muted, border] = ['surface-raised', 'text', 'text-muted', 'border-strong'].map(token)
  const widgets = ['editorWidget', 'editorSuggestWidget', 'editorHoverWidget'].flatMap((widget) => [
    [`${widget}.background`, ground],
    [`${widget}.foreground`, text],
    [`${widget}.border`, border],
  ])
  return Object.fromEntries([
    ...widgets,
    ['editorHoverWidget.highlightForeground', token('accent')],
    ['editorSuggestWidget.selectedBackground', token('surface-selected')],
    ['editorSuggestWidget.selectedForeground', text],
    ['editorSuggestWidget.selectedIconForeground', text],
    ['editorSuggestWidget.highlightForeground', token('accent')],
    ['editorSuggestWidget.focusHighlightForeground', token('accent')],
    ['list.hoverBackground', token('surface-hover')],
    ['descriptionForeground', muted],
    ['textCodeBlock.background', token('surface-sunken')],
  ])
}

/**
 * The element that holds the popups of all editors. It is a child of the body: a band of cells contains layout and
 * paint (`content-visibility`), so a fixed element inside it is neither fixed nor whole.
 */
function popups(): HTMLElement {
  const known = document.getElementById(POPUPS)
  if (known !== null) return known
  const made = document.createElement('div')
  made.id = POPUPS
  made.className = 'monaco-editor'
  document.body.append(made)
  return made
}
const POPUPS = 'editor-popups'

/** Options that follow the settings; metrics as in editor.css. */
export function readingOptions(): editor.IEditorOptions {
  const style = getComputedStyle(document.documentElement)
  const size = (name: string): number => Number.parseFloat(style.getPropertyValue(name))
  const { lineNumbers, wrap, tabMovesFocus } = settings.get()
  return {
    fontFamily: style.getPropertyValue('--font-code').trim(),
    fontSize: size('--code-size'),
    lineHeight: size('--code-line'),
    lineNumbers: lineNumbers ? 'on' : 'off',
    lineNumbersMinChars: 4,
    wordWrap: wrap ? 'on' : 'off',
    wrappingStrategy: wrap ? 'advanced' : 'simple',
    tabFocusMode: tabMovesFocus,
  }
}

/** The options of every cell's editor. */
export function editorOptions(): editor.IStandaloneEditorConstructionOptions {
  return {
    model: null,
    ...readingOptions(),
    fontLigatures: false,
    padding: { top: 8, bottom: 8 },
    glyphMargin: false,
    folding: false,
    lineDecorationsWidth: 8,
    minimap: { enabled: false },
    scrollBeyondLastLine: false,
    scrollBeyondLastColumn: 2,
    overviewRulerLanes: 0,
    hideCursorInOverviewRuler: true,
    renderLineHighlight: 'none',
    scrollbar: {
      vertical: 'hidden',
      horizontalScrollbarSize: 6,
      alwaysConsumeMouseWheel: false,
      ignoreHorizontalScrollbarInContentHeight: true,
    },
    // The page is walked by Tab without stopping in each editor; Enter leads into one.
    tabIndex: -1,
    contextmenu: false,
    fixedOverflowWidgets: true,
    overflowWidgetsDomNode: popups(),
    tabSize: 4,
    insertSpaces: true,
    wordBasedSuggestions: 'off',
    quickSuggestions: false,
    unusualLineTerminators: 'off',
    stickyScroll: { enabled: false },
    matchBrackets: 'near',
    guides: { indentation: false },
  }
}
