/** pure. The texts of notifications, in the language that the person chose. */
import type { NotificationKind, NotificationSettings } from '../../contract/notifications.ts'

export interface Notification {
  readonly kind: NotificationKind
  /** The name of who caused it. */
  readonly by: string
  /** Of the notebook. */
  readonly document: string
  readonly path: string
  /** Of the comment; empty for a run. */
  readonly text: string
  /** Null where the server does not know its own address. */
  readonly link: string | null
  readonly outcome?: string
  readonly seconds?: number
}
type Language = NotificationSettings['language']

const LONGEST = 500

const SUBJECTS: Readonly<Record<Language, Readonly<Record<NotificationKind, string>>>> = {
  en: {
    mention: '{by} mentions you in {path}',
    reply: '{by} replied in {path}',
    run: 'Your run in {path} ended: {outcome}',
  },
  zh: {
    mention: '{by} 在 {path} 中提到了你',
    reply: '{by} 在 {path} 中回复了',
    run: '你在 {path} 中的运行已结束：{outcome}',
  },
}
const OUTCOMES: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: { ok: 'done', error: 'error', aborted: 'aborted', died: 'the kernel died' },
  zh: { ok: '完成', error: '出错', aborted: '已中止', died: '内核已退出' },
}
const REST: Readonly<Record<Language, { readonly took: string; readonly why: string }>> = {
  en: {
    took: 'It took {seconds} s.',
    why: 'You get this from {project} because you asked for it. Your notification settings switch it off.',
  },
  zh: { took: '用时 {seconds} 秒。', why: '{project} 因你的通知设置发送此消息，可在该设置中关闭。' },
}

/** One line, without characters that end a header. */
export function subjectOf({ kind, by, path, outcome = '' }: Notification, language: Language): string {
  const filled = fill(SUBJECTS[language][kind], { by, path, outcome: OUTCOMES[language][outcome] ?? outcome })
  return filled.replace(/\p{C}+/gu, ' ').slice(0, 200)
}

export function textOf(notification: Notification, project: string, language: Language): string {
  const { text, link, seconds } = notification
  const { took, why } = REST[language]
  const excerpt = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
  const parts = [
    `${subjectOf(notification, language)}.`,
    excerpt,
    seconds === undefined ? '' : fill(took, { seconds: String(seconds) }),
    link ?? '',
    fill(why, { project }),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

const fill = (phrase: string, values: Readonly<Record<string, string>>): string =>
  phrase.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
