/** Public links: their pages for everyone who has one, and making, listing and revoking them for owners. */
import { posix } from 'node:path'
import {
  type NewPublicLink,
  type PublicContent,
  type PublicLink,
  publicLinkApi,
} from '../../../contract/public-links.ts'
import { Quota } from '../../connection/quota.ts'
import type { Documents, Refusal } from '../../document/ports.ts'
import { type PublicSources, pictureOf, publicContent, withOutput } from '../../export/public-content.ts'
import { checkpointText } from '../../lineage/checkpoint-state.ts'
import { type CheckpointEffects, makeCheckpoint } from '../../lineage/make-checkpoint.ts'
import { loadRun } from '../../lineage/named-side.ts'
import type { Recording } from '../../people/audit.ts'
import { networkOf } from '../../people/network.ts'
import type { Person } from '../../people/people.ts'
import type { PublicLinkStore } from '../../people/public-links.ts'
import { inertPolicy } from '../policy.ts'
import { noPublicPage, publicHeaders, publicPage } from '../public-page.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { type Call, on, type Route } from '../route.ts'
import { senderOf } from './sender.ts'

export interface PublicLinkParts {
  readonly links: PublicLinkStore
  readonly sources: PublicSources
  readonly documents: Pick<Documents, 'open'>
  readonly checkpoints: CheckpointEffects
  readonly record: Recording
}

/** Pages and pictures: of one address, and of all. */
const VISITS = { burst: 60, perSecond: 1 }
const ALL_VISITS = { burst: 300, perSecond: 20 }
const MOST_ADDRESSES = 10_000

export function publicLinkRoutes(parts: PublicLinkParts): readonly Route[] {
  return [...pageRoutes(parts), ...ownerRoutes(parts)]
}

function pageRoutes({ links, sources }: PublicLinkParts): readonly Route[] {
  const visits = new Visits()
  const opened = (call: Call<{ token: string }>): PublicLink | Reply => {
    const { language, visitor, params } = call
    if (!visits.take(visitor.address)) return page(429, noPublicPage(language, 'busy'))
    return links.find(params.token) ?? page(404, noPublicPage(language, 'gone'))
  }
  return [
    on(publicLinkApi.page, async (call) => {
      const link = opened(call)
      if (!('what' in link)) return link
      const { language, params, origin } = call
      const shown = await publicContent(sources, link.what)
      if (shown === null) return page(404, noPublicPage(language, 'gone'))
      const picture = shown.picture && `${origin}/public/${encodeURIComponent(params.token)}/picture`
      return page(200, publicPage({ language, link, html: shown.html, picture }))
    }),
    on(publicLinkApi.picture, async (call): Promise<Reply> => {
      const link = opened(call)
      if (!('what' in link)) return link
      const picture = (await publicContent(sources, link.what))?.picture ?? null
      const body = picture === null ? null : await pictureOf(sources, picture)
      if (picture === null || body === null) return page(404, noPublicPage(call.language, 'gone'))
      const headers = {
        ...publicHeaders,
        'content-security-policy': inertPolicy,
        'content-type': picture.mime,
        'cross-origin-resource-policy': 'cross-origin',
      }
      return { kind: 'bytes', body, headers }
    }),
  ]
}

const page = (status: number, html: string): Reply => ({ kind: 'page', status, html, headers: publicHeaders })

function ownerRoutes(parts: PublicLinkParts): readonly Route[] {
  const { links, record } = parts
  return [
    on(publicLinkApi.list, async () => json({ links: links.open })),
    on(publicLinkApi.make, async (call) => {
      const content = await contentOf(parts, call.body.what, call.person)
      if (!content.ok) return refuse(content.refusal)
      const { what, title } = content
      const made = links.make({ what, title, days: call.body.days }, call.person.name)
      if (made === 'full') return refuse(tooMany)
      const about = { ...aboutOf(made.link), expires: made.link.expires }
      record({ action: 'public-link-made', ...senderOf(call), about })
      return json({ link: made.link, path: `/public/${made.token}` })
    }),
    on(publicLinkApi.revoke, async (call) => {
      const revoked = links.revoke(call.params.link)
      if (revoked === null) return refuse(missing('There is no such public link any more.'))
      record({ action: 'public-link-revoked', ...senderOf(call), about: aboutOf(revoked) })
      return json({ links: links.open })
    }),
  ]
}

const aboutOf = ({ id, what, title }: PublicLink): Record<string, string> => ({
  link: id,
  notebook: title,
  ...(what.kind === 'result'
    ? {
        run: what.run,
        receipt: what.receipt ? 'yes' : 'no',
        ...(what.output !== undefined && { output: String(what.output) }),
      }
    : { checkpoint: what.checkpoint }),
})

type Content =
  | { readonly ok: true; readonly what: PublicContent; readonly title: string }
  | { readonly ok: false; readonly refusal: Refusal }

/** What exactly a wish means: a whole run id, a checkpoint. */
async function contentOf(
  { sources: { index }, documents, checkpoints }: PublicLinkParts,
  wish: NewPublicLink['what'],
  { id, name }: Person,
): Promise<Content> {
  if (wish.kind === 'result') {
    const run = await index.resolve(wish.run)
    const [named] = run.kind === 'found' ? await index.runNames([run.run]) : []
    if (named === undefined) return none('There is no such run, or it has not ended.')
    if (wish.output !== undefined && !(await hasOutput(index, named.run, wish.output)))
      return none('The run has no such output.')
    return { ok: true, what: { ...wish, run: named.run }, title: titleOf(named.notebook) }
  }
  if (wish.kind === 'checkpoint') {
    const found = (await index.checkpoints()).find((one) => one.checkpoint === wish.checkpoint)
    return found === undefined
      ? none('There is no such checkpoint.')
      : { ok: true, what: wish, title: titleOf(found.notebook) }
  }
  const opened = await documents.open(wish.notebook)
  if (!opened.ok) return opened
  const { path, doc } = opened.document
  const made = await makeCheckpoint(checkpoints, {
    name: 'Public link',
    notebook: path,
    documentId: opened.document.id,
    actor: { id, name },
    ipynb: checkpointText(doc),
  })
  return { ok: true, what: { kind: 'checkpoint', checkpoint: made.checkpoint }, title: titleOf(path) }
}

async function hasOutput(index: PublicSources['index'], run: string, output: number): Promise<boolean> {
  const side = await loadRun(index, run)
  return side !== null && withOutput(side, output) !== null
}

const titleOf = (notebook: string): string => posix.basename(notebook).replace(/\.ipynb$/i, '')

const missing = (message: string): Refusal => ({ code: 'missing', status: 404, message })
const none = (message: string): Content => ({ ok: false, refusal: missing(message) })
const tooMany: Refusal = {
  code: 'tooMany',
  status: 409,
  message: 'There are too many public links.',
  hint: 'Revoke some of them.',
}

/** How often pages may be opened: by one address, and by all together. */
class Visits {
  readonly #all = new Quota(ALL_VISITS)
  readonly #addresses = new Map<string, Quota>()

  take(address: string): boolean {
    const network = networkOf(address)
    const own = this.#addresses.get(network) ?? new Quota(VISITS)
    this.#addresses.delete(network)
    this.#addresses.set(network, own)
    const [oldest] = this.#addresses.keys()
    if (this.#addresses.size > MOST_ADDRESSES && oldest !== undefined) this.#addresses.delete(oldest)
    return own.take(1) && this.#all.take(1)
  }
}
