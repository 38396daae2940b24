/** What goes wrong while a session is recorded, for the people who have its notebook open. */
import type { RunId } from '../../contract/ids.ts'
import { type NoticeWords, noticeWords } from '../../contract/notices.ts'
import { StoreError } from '../store/errors.ts'
import { reasonOf } from './not-sent.ts'
import type { SessionEvents } from './session-options.ts'
import type { Operation } from './state.ts'

export class LogTrouble {
  readonly #emit: (...event: SessionEvents['event']) => void
  readonly #dispatch: (operation: Operation) => unknown
  #problem: string | null = null

  constructor(emit: (...event: SessionEvents['event']) => void, dispatch: (operation: Operation) => unknown) {
    this.#emit = emit
    this.#dispatch = dispatch
  }

  /** Why the log takes no more runs; null while it does. */
  get problem(): string | null {
    return this.#problem
  }

  notLogged(runs: readonly RunId[], error: unknown): void {
    const hint = error instanceof StoreError ? ` ${error.hint}` : ''
    this.#problem = `Nothing was run: ${reasonOf(error)}.${hint}`
    this.#dispatch({ type: 'RunsNotLogged', runs })
  }

  stalled(error: unknown): void {
    this.#dispatch({ type: 'LogStalled' })
    this.notice(noticeWords('notice.historyStalled', { reason: reasonOf(error) }))
  }

  broken(error: unknown): void {
    this.notice(noticeWords('notice.historyGap', { reason: reasonOf(error) }))
  }

  notice(words: NoticeWords): void {
    this.#emit({ type: 'notice', level: 'error', ...words })
  }
}
