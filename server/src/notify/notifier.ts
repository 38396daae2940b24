/**
 * Notifies people outside of the page: who is mentioned or answered in a comment, and whose long run ended while they were
 * away. Invariant: the person who caused it is not notified, nor one whose access was revoked.
 */
import { basename } from 'node:path'
import type { Actor } from '../../contract/actor.ts'
import type { Comment, Thread } from '../../contract/comments.ts'
import type {
  NotificationKind,
  NotificationSettings,
  NotificationState,
} from '../../contract/notifications.ts'
import type { NotifyConfig } from './config.ts'
import { Deliveries, type Delivery } from './deliveries.ts'
import { mailer } from './mail.ts'
import { type Notification, subjectOf, textOf } from './notify-words.ts'
import { NOTHING_CHOSEN, SettingsStore } from './settings-store.ts'
import { sendWebhook } from './webhook.ts'

export interface NotifierInit {
  readonly config: NotifyConfig
  /** The project's state in the user's folder. */
  readonly folder: string
  readonly project: string
  readonly newId: () => string
  /** Whether the person may read this notebook now. */
  readonly mayRead: (person: string, place: Place) => boolean
  /** Whether a page of the person is open now. */
  readonly isHere: (person: string) => boolean
  readonly now?: () => Date
  readonly waitsMs?: readonly number[]
}

export interface EndedRun {
  readonly run: string
  readonly outcome: string
  readonly durationMs: number
  readonly actor: Actor
}

/** Where it happened. */
export interface Place {
  readonly document: string
  readonly path: string
}

export class Notifier {
  readonly #init: NotifierInit
  readonly #settings: SettingsStore
  readonly #deliveries: Deliveries
  readonly #mail: ReturnType<typeof mailer> | null
  readonly #problems = new Map<string, string>()

  constructor(init: NotifierInit) {
    this.#init = init
    this.#settings = new SettingsStore(init.folder)
    this.#mail = init.config.smtp === undefined ? null : mailer(init.config.smtp)
    this.#deliveries = new Deliveries({
      folder: init.folder,
      send: (delivery) => this.#send(delivery),
      onOutcome: (person, problem) => {
        if (problem === null) this.#problems.delete(person)
        else this.#problems.set(person, problem)
      },
      ...(init.waitsMs && { waitsMs: init.waitsMs }),
    })
  }

  stateOf(person: string): NotificationState {
    const { smtp, webhooks } = this.#init.config
    const chosen = this.#settings.of(person)
    const { secret, ...settings } = chosen ?? { ...NOTHING_CHOSEN, secret: null }
    return {
      settings,
      offers: { email: smtp !== undefined, webhook: webhooks !== undefined },
      secret: settings.webhook === null ? null : secret,
      problem: this.#problems.get(person) ?? null,
      lost: chosen === null && this.#settings.setAside !== null ? basename(this.#settings.setAside) : null,
    }
  }

  choose(person: string, settings: NotificationSettings): NotificationState {
    this.#settings.set(person, settings)
    this.#problems.delete(person)
    return this.stateOf(person)
  }

  /** A comment that was written just now: the last of its thread. */
  commented({ document, path }: Place, thread: Thread, comment: Comment): void {
    const by = comment.author
    const mentioned = new Set(comment.mentions.map(({ id }) => id))
    const writers = new Set(thread.comments.filter(({ deleted }) => !deleted).map(({ author }) => author.id))
    const facts = {
      by: by.name,
      document,
      path,
      text: comment.text,
      // As the page copies it: programs that preview links do not send what follows `#`.
      link: `?id=${document}&comment=${thread.id}#comment=${thread.id}`,
    }
    for (const person of mentioned) if (person !== by.id) this.#notify(person, { kind: 'mention', ...facts })
    for (const person of writers)
      if (person !== by.id && !mentioned.has(person)) this.#notify(person, { kind: 'reply', ...facts })
  }

  /** A run that ended just now. */
  ended({ document, path }: Place, { run, outcome, durationMs, actor }: EndedRun): void {
    const { config, isHere } = this.#init
    if (durationMs < config.longRunSeconds * 1000 || isHere(actor.id)) return
    const seconds = Math.round(durationMs / 1000)
    const link = `?id=${document}&run=${run}#run=${run}`
    this.#notify(actor.id, { kind: 'run', by: actor.name, document, path, text: '', link, outcome, seconds })
  }

  close(): Promise<void> {
    return this.#deliveries.close()
  }

  #notify(person: string, happened: Notification): void {
    const chosen = this.#settings.of(person)
    if (chosen === null || !chosen.kinds.includes(happened.kind satisfies NotificationKind)) return
    const { project, newId, now = () => new Date(), config } = this.#init
    const { kind, by, path, text } = happened
    const link =
      config.url === undefined
        ? null
        : `${config.url.replace(/\/$/, '')}/notebooks/${encoded(path)}${happened.link}`
    const shown = { ...happened, link }
    const id = newId()
    const at = now().toISOString()
    const facts = { id, at, project, kind, by, notebook: path, text, link, outcome: happened.outcome ?? null }
    const message = {
      person,
      place: { document: happened.document, path },
      subject: subjectOf(shown, chosen.language),
      text: textOf(shown, project, chosen.language),
      body: JSON.stringify(facts),
    }
    if (chosen.email !== null && this.#mail !== null)
      this.#deliveries.add({ ...message, id: `${id}-m`, way: 'email' })
    if (chosen.webhook !== null && config.webhooks !== undefined)
      this.#deliveries.add({ ...message, id: `${id}-w`, way: 'webhook' })
  }

  /** The address is the one that the person has now; false where there is none any more. */
  async #send({ id, person, place, way, subject, text, body }: Delivery): Promise<undefined | false> {
    const { config, mayRead } = this.#init
    if (!mayRead(person, place)) return false
    const { email = null, webhook = null, secret = '' } = this.#settings.of(person) ?? {}
    if (way === 'email' && email !== null && this.#mail !== null) {
      await this.#mail({ to: email, subject, text, id })
      return undefined
    }
    if (way !== 'webhook' || webhook === null || config.webhooks === undefined) return false
    await sendWebhook(webhook, secret, id, body, config.webhooks)
    return undefined
  }
}

const encoded = (path: string): string => path.split('/').map(encodeURIComponent).join('/')
