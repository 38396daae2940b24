/**
 * Completion, hover and signatures from the kernel of the cell's notebook. Registered once for the page;
 * each model knows whom to ask. Invariant: a kernel that is not there is not started for it, and no answer is awaited
 * for a question that Monaco has given up.
 */
import type { CancellationToken, editor, languages, Position } from 'monaco-editor/editor'
import { z } from 'zod'
import { t } from '../text/text.ts'
import { openCall, signatureIn } from './call.ts'
import { askUntilAnswered, LATE } from './kernel-answer.ts'
import { registerSnippets } from './snippets.ts'
import { nameAt, type VariableCard } from './variable-card.ts'

type Monaco = typeof import('monaco-editor/editor')

/** Asks a kernel about `code` at a UTF-16 offset: its reply's content, `LATE`, or null where there is no answer. */
export interface KernelHelp {
  complete(code: string, cursor: number): Promise<unknown>
  inspect(code: string, cursor: number): Promise<unknown>
  /** The card of a variable; null where there is none of this name. */
  card(name: string): Promise<VariableCard | null>
}

const asked = new WeakMap<editor.ITextModel, KernelHelp>()
let registered = false

/** From now on this model's cell asks `help`. */
export function helpModel(model: editor.ITextModel, help: KernelHelp): void {
  asked.set(model, help)
}

/** Registers the providers; the second time it does nothing. */
export function registerHelp(monaco: Monaco): void {
  if (registered) return
  registered = true
  monaco.languages.registerCompletionItemProvider('python', {
    triggerCharacters: ['.'],
    provideCompletionItems: (model, position, _, token) => completions(monaco, model, position, token),
  })
  monaco.languages.registerCompletionItemProvider('sql', {
    triggerCharacters: ['.', '{'],
    provideCompletionItems: (model, position, _, token) => completions(monaco, model, position, token),
  })
  registerSnippets(monaco)
  monaco.languages.registerHoverProvider('python', { provideHover: hover })
  monaco.languages.registerSignatureHelpProvider('python', {
    signatureHelpTriggerCharacters: ['(', ','],
    provideSignatureHelp: signature,
  })
}

const Typed = z.looseObject({ text: z.string(), type: z.string().catch(''), signature: z.string().catch('') })
const CompleteReply = z.object({
  matches: z.array(z.string()),
  cursor_start: z.number(),
  cursor_end: z.number(),
  metadata: z
    .looseObject({ _jupyter_types_experimental: z.array(Typed).catch([]) })
    .catch({ _jupyter_types_experimental: [] }),
})
const InspectReply = z.object({ found: z.literal(true), data: z.looseObject({ 'text/plain': z.string() }) })

async function completions(
  monaco: Monaco,
  model: editor.ITextModel,
  position: Position,
  token: CancellationToken,
): Promise<languages.CompletionList> {
  const code = model.getValue()
  const ask = async () => asked.get(model)?.complete(code, model.getOffsetAt(position))
  const answer = await askUntilAnswered(ask, () => !token.isCancellationRequested)
  if (answer === LATE) return noAnswerYet(monaco, model, position)
  const reply = CompleteReply.safeParse(answer)
  if (!reply.success || token.isCancellationRequested) return { suggestions: [] }
  const { matches, cursor_start: start, cursor_end: end, metadata } = reply.data
  const facts = new Map(metadata._jupyter_types_experimental.map((one) => [one.text, one]))
  const [from, to] = [model.getPositionAt(start), model.getPositionAt(Math.max(start, end))]
  const range = monaco.Range.fromPositions(from, to)
  // Matches that only lengthen a path or a dotted name are shown by what they add.
  const written = code.slice(start, Math.max(start, end))
  const head = written.slice(0, written.lastIndexOf('.') + 1)
  return {
    suggestions: matches.map((match, place) => ({
      label: head !== '' && match.startsWith(head) ? match.slice(head.length) : match,
      kind: kindOf(monaco, facts.get(match)?.type ?? ''),
      detail: facts.get(match)?.signature ?? '',
      insertText: match,
      filterText: match,
      sortText: String(place).padStart(5, '0'),
      range,
    })),
  }
}

/** An entry that says so and inserts nothing: an empty list would say that there is nothing to suggest. */
function noAnswerYet(monaco: Monaco, model: editor.ITextModel, position: Position): languages.CompletionList {
  const { word } = model.getWordUntilPosition(position)
  const entry = {
    label: t('editor.kernelLate'),
    kind: monaco.languages.CompletionItemKind.Text,
    insertText: '',
    filterText: word,
    range: monaco.Range.fromPositions(position),
  }
  return { suggestions: [entry], incomplete: true }
}

function kindOf(
  { languages: { CompletionItemKind: Kind } }: Monaco,
  type: string,
): languages.CompletionItemKind {
  const kinds: Readonly<Record<string, languages.CompletionItemKind>> = {
    function: Kind.Function,
    class: Kind.Class,
    module: Kind.Module,
    keyword: Kind.Keyword,
    instance: Kind.Variable,
    statement: Kind.Variable,
    param: Kind.Property,
    property: Kind.Property,
    path: Kind.File,
    magic: Kind.Event,
    table: Kind.Struct,
    column: Kind.Field,
    variable: Kind.Variable,
    connection: Kind.Module,
  }
  return kinds[type] ?? Kind.Text
}

async function inspected(model: editor.ITextModel, offset: number): Promise<string | null> {
  const reply = InspectReply.safeParse(await asked.get(model)?.inspect(model.getValue(), offset))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the terminal's colours
  return reply.success ? reply.data.data['text/plain'].replace(/\u001b\[[\d;]*m/g, '') : null
}

const MOST = 8_000

async function hover(
  model: editor.ITextModel,
  position: Position,
  token: CancellationToken,
): Promise<languages.Hover | null> {
  const word = model.getWordAtPosition(position)
  if (word === null) return null
  const line = model.getLineContent(position.lineNumber)
  const name = nameAt(line, word.startColumn - 1, word.word)
  const card = name === null ? null : ((await asked.get(model)?.card(name)) ?? null)
  const end = model.getOffsetAt({ ...position, column: word.endColumn })
  const text = card?.isWhole === true ? null : await inspected(model, end)
  if (token.isCancellationRequested) return null
  const contents = [card?.lines.join('\n'), text].flatMap((one) =>
    one == null || one === '' ? [] : [fenced(one)],
  )
  return contents.length === 0 ? null : { contents }
}

/** Plain text as Markdown that changes nothing in it. */
function fenced(text: string): { readonly value: string } {
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)))
  return { value: `${fence}text\n${text.slice(0, MOST)}\n${fence}` }
}

async function signature(
  model: editor.ITextModel,
  position: Position,
  token: CancellationToken,
): Promise<languages.SignatureHelpResult | null> {
  const call = openCall(model.getValue(), model.getOffsetAt(position))
  const text = call === null ? null : await inspected(model, call.callee)
  const found = text === null ? null : signatureIn(text)
  if (call === null || found === null || token.isCancellationRequested) return null
  const { label, parameters, documentation } = found
  return {
    value: {
      signatures: [{ label, documentation, parameters: parameters.map((one) => ({ label: one })) }],
      activeSignature: 0,
      activeParameter: Math.min(call.argument, Math.max(0, parameters.length - 1)),
    },
    dispose: () => undefined,
  }
}
