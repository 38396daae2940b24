/**
 * What other programs show of an address of the app: title, description and picture (https://ogp.me). Invariant: a sender
 * gets them for what they may see; everyone else gets the page to sign in, which is the same for every address.
 */
import { posix } from 'node:path'
import type { Actor } from '../../contract/actor.ts'
import type { Comment, Thread } from '../../contract/comments.ts'
import type { Checkpoint, RunName } from '../../contract/past.ts'
import { pastApi } from '../../contract/past-api.ts'
import { type Subject, subjectsOf } from '../../contract/subjects.ts'
import { escapeHtml } from '../export/html.ts'
import { type PublicSources, pictureOf, previewOf, runOf, withOutput } from '../export/public-content.ts'
import type { Language } from './page-words.ts'
import { inertPolicy } from './policy.ts'
import { type Reply, refuse } from './reply.ts'
import { on, type Route, STRANGER } from './route.ts'

export interface LinkPreview {
  readonly title: string
  readonly description: string
  /** The picture's path at this server; null without one. */
  readonly picture: string | null
}

/** What an address leads to. `output` counts from 0. */
type Linked =
  | { readonly at: 'run'; readonly run: string; readonly output: number | null }
  | { readonly at: 'compare'; readonly a: string; readonly b: string }
  | { readonly at: 'checkpoint'; readonly checkpoint: string }
  | { readonly at: 'notebook'; readonly notebook: string; readonly document: string | null }
  | { readonly at: 'comment'; readonly document: string; readonly thread: string }

export type PreviewSources = Pick<PublicSources, 'index' | 'objects' | 'secrets'>

/** The threads of a notebook; a failure where it cannot be opened. */
export interface ThreadSource {
  list(
    notebook: string,
    reader: Actor,
  ): Promise<
    { readonly ok: true; readonly value: { readonly threads: readonly Thread[] } } | { readonly ok: false }
  >
}

/** Of a comment, in UTF-16 units. */
const LONGEST_TEXT = 300
/** Runs of a notebook among which a picture is looked for. */
const LAST_RUNS = 8

/** Finds the preview of an address: its path and its query, as the app writes them (`client/src/panels/past/target.ts`). */
export class LinkPreviews {
  readonly #sources: PreviewSources
  readonly #comments: ThreadSource

  constructor(sources: PreviewSources, comments: ThreadSource) {
    this.#sources = sources
    this.#comments = comments
  }

  /** Null where the address names nothing, or something that the sender may not see. */
  async find(
    address: string,
    language: Language,
    sees: (subjects: readonly Subject[]) => Promise<boolean>,
  ): Promise<LinkPreview | null> {
    const linked = linkedBy(address)
    if (linked === null || !(await sees(subjectsOf(linked)))) return null
    const found = await this.#previewOf(linked, words[language])
    return found === null ? null : this.#sources.secrets.masker.maskTree(found)
  }

  async #previewOf(linked: Linked, text: Words): Promise<LinkPreview | null> {
    switch (linked.at) {
      case 'run':
        return this.#run(linked, text)
      case 'compare':
        return this.#compare(linked, text)
      case 'checkpoint':
        return this.#checkpoint(linked.checkpoint, text)
      case 'notebook':
        return this.#notebook(linked, text)
      case 'comment':
        return this.#comment(linked, text)
    }
  }

  async #run({ run, output }: Extract<Linked, { at: 'run' }>, text: Words): Promise<LinkPreview | null> {
    const named = await this.#named(run)
    if (named === null) return null
    const title = `${named.title} · ${titleOf(named.notebook)}`
    return { title, description: text.run(named), picture: await this.#picture(named.run, output) }
  }

  async #compare({ a, b }: Extract<Linked, { at: 'compare' }>, text: Words): Promise<LinkPreview | null> {
    const [one, other] = [await this.#named(a), await this.#named(b)]
    if (one === null || other === null) return null
    const title = `${text.compare(one, other)} · ${titleOf(one.notebook)}`
    const description = `${one.title} · ${other.title}`
    return { title, description, picture: await this.#picture(other.run, null) }
  }

  async #checkpoint(id: string, text: Words): Promise<LinkPreview | null> {
    const found = (await this.#sources.index.checkpoints()).find(({ checkpoint }) => checkpoint === id)
    if (found === undefined) return null
    const title = `${found.name} · ${titleOf(found.notebook)}`
    const picture = found.run === null ? null : await this.#picture(found.run, null)
    return { title, description: text.checkpoint(found), picture }
  }

  async #notebook(
    { notebook, document }: Extract<Linked, { at: 'notebook' }>,
    text: Words,
  ): Promise<LinkPreview | null> {
    const known = await this.#sources.index.notebook(document ?? notebook)
    if (known === null) return null
    const { runs } = await this.#sources.index.page({ notebook: known.id, limit: LAST_RUNS })
    let picture: string | null = null
    for (const { run } of runs) picture ??= await this.#picture(run, null)
    return { title: titleOf(known.path), description: text.notebook, picture }
  }

  /** The first comment of a thread. */
  async #comment(
    { document, thread: id }: Extract<Linked, { at: 'comment' }>,
    text: Words,
  ): Promise<LinkPreview | null> {
    const known = await this.#sources.index.notebook(document)
    const listed = await this.#comments.list(document, STRANGER)
    const thread = listed.ok ? listed.value.threads.find((one) => one.id === id) : undefined
    const [first] = thread?.comments ?? []
    if (known === null || first === undefined || first.deleted) return null
    const title = `${text.comment(first)} · ${titleOf(known.path)}`
    return { title, description: first.text.slice(0, LONGEST_TEXT), picture: null }
  }

  /** Null for a run that is unknown, has not ended, or whose id is not whole enough. */
  async #named(run: string): Promise<RunName | null> {
    const found = await this.#sources.index.resolve(run)
    const [named] = found.kind === 'found' ? await this.#sources.index.runNames([found.run]) : []
    return named ?? null
  }

  async #picture(run: string, output: number | null): Promise<string | null> {
    if ((await pictureIn(this.#sources, run, output)) === null) return null
    return `/runs/${encodeURIComponent(run)}/picture${output === null ? '' : `?output=${output}`}`
  }
}

async function pictureIn(sources: PreviewSources, run: string, output: number | null) {
  const whole = await runOf(sources, run)
  const side = whole === null || output === null ? whole : withOutput(whole, output)
  return side === null ? null : previewOf(side)
}

const RUN_PATH = /^\/runs\/([\w-]{1,64})$/
const RECORD_ID = /^[\w-]{1,64}$/
const NOTEBOOKS = '/notebooks/'

/** pure. Null for an address that leads to nothing of its own. */
function linkedBy(address: string): Linked | null {
  const url = URL.parse(address, 'http://localhost')
  if (url === null) return null
  const [, ofRun] = RUN_PATH.exec(url.pathname) ?? []
  if (ofRun !== undefined) return { at: 'run', run: ofRun, output: null }
  if (!url.pathname.startsWith(NOTEBOOKS)) return null
  return insideBy(url.searchParams) ?? commentBy(url.searchParams) ?? notebookBy(url)
}

function commentBy(query: URLSearchParams): Linked | null {
  const [document, thread] = [query.get('id') ?? '', query.get('comment') ?? '']
  return RECORD_ID.test(document) && RECORD_ID.test(thread) ? { at: 'comment', document, thread } : null
}

function insideBy(query: URLSearchParams): Linked | null {
  const parts = (name: string): readonly string[] => (query.get(name) ?? '').split(':')
  const isId = (text: string | undefined): text is string => text !== undefined && RECORD_ID.test(text)
  for (const name of ['run', 'version', 'output'] as const) {
    const [run, place = ''] = parts(name)
    const output = name === 'output' && /^\d{1,6}$/.test(place) ? Number(place) : null
    if (isId(run)) return { at: 'run', run, output }
  }
  const [a, b] = parts('compare')
  if (isId(a) && isId(b)) return { at: 'compare', a, b }
  for (const name of ['checkpoint', 'changes'] as const) {
    const [checkpoint] = parts(name)
    if (isId(checkpoint)) return { at: 'checkpoint', checkpoint }
  }
  return null
}

function notebookBy({ pathname, searchParams }: URL): Linked | null {
  try {
    const notebook = pathname.slice(NOTEBOOKS.length).split('/').map(decodeURIComponent).join('/')
    return { at: 'notebook', notebook, document: searchParams.get('id') }
  } catch {
    return null
  }
}

const titleOf = (notebook: string): string => posix.basename(notebook).replace(/\.ipynb$/i, '')
/** The date alone, in the same form everywhere: the reader's time zone is not known. */
const dayOf = (time: string): string => time.slice(0, 10)

interface Words {
  readonly run: (run: RunName) => string
  readonly compare: (one: RunName, other: RunName) => string
  readonly checkpoint: (checkpoint: Checkpoint) => string
  readonly notebook: string
  readonly comment: (comment: Comment) => string
}
const words: Readonly<Record<Language, Words>> = {
  en: {
    run: ({ order, ended }) => `Run ${order}, of ${dayOf(ended)}`,
    compare: (one, other) => `Run ${one.order} compared with run ${other.order}`,
    checkpoint: ({ actor, at }) => `A checkpoint by ${actor.name}, of ${dayOf(at)}`,
    notebook: 'A notebook in Yesterday',
    comment: ({ author, at }) => `A comment of ${author.name}, of ${dayOf(at)}`,
  },
  zh: {
    run: ({ order, ended }) => `第 ${order} 次运行，${dayOf(ended)}`,
    compare: (one, other) => `第 ${one.order} 次与第 ${other.order} 次运行的比较`,
    checkpoint: ({ actor, at }) => `${actor.name} 的检查点，${dayOf(at)}`,
    notebook: 'Yesterday 中的笔记本',
    comment: ({ author, at }) => `${author.name} 的评论，${dayOf(at)}`,
  },
}

/** pure. The app's page with the preview in its head. `origin` is the address of this server, without a slash. */
export function withPreview(
  html: string,
  { title, description, picture }: LinkPreview,
  origin: string,
): string {
  const meta = [
    ['og:type', 'article'],
    ['og:site_name', 'Yesterday'],
    ['og:title', title],
    ['og:description', description],
    ...(picture === null ? [] : [['og:image', `${origin}${picture}`]]),
  ]
  const lines = meta.map(
    ([name = '', content = '']) => `<meta property="${name}" content="${escapeHtml(content)}">`,
  )
  const card = `<meta name="twitter:card" content="${picture === null ? 'summary' : 'summary_large_image'}">`
  return html.replace('</head>', () => `${[...lines, card].join('\n')}\n</head>`)
}

/** `GET /runs/ID/picture`. `on` checks that the sender may see the run. */
export const pictureRoute = (sources: PreviewSources): Route =>
  on(pastApi.runPicture, async ({ params, query }): Promise<Reply> => {
    const found = await sources.index.resolve(params.run)
    const run = found.kind === 'found' ? found.run : null
    const picture = run === null ? null : await pictureIn(sources, run, query.output ?? null)
    const body = picture === null ? null : await pictureOf(sources, picture)
    if (picture === null || body === null) return refuse(noPicture)
    const headers = {
      'content-type': picture.mime,
      'content-security-policy': inertPolicy,
      'cache-control': 'no-store',
    }
    return { kind: 'bytes', body, headers }
  })

const noPicture = { code: 'missing', status: 404, message: 'This run has no picture.' }
