/** Contains a rendering failure: one part of the page shows what failed, and everything around it stays. */
import { Component, type ReactNode } from 'react'
import { t } from '../text/text.ts'
import { ProblemBox } from './Problem.tsx'

/** What a fallback gets: the reason, for people, and a way to render the part again. */
export interface Failure {
  readonly reason: string
  readonly retry: () => void
}

interface Props {
  readonly children: ReactNode
  /** The part renders again when this value differs from the one it failed with. Compared by `Object.is`. */
  readonly healOn?: unknown
  /** Drawn in place of the part. Must not depend on what the part depends on. */
  readonly fallback?: (failure: Failure) => ReactNode
}

interface State {
  readonly error: unknown
  readonly failed: boolean
  readonly healOn: unknown
}

export class Boundary extends Component<Props, State> {
  override state: State = { error: null, failed: false, healOn: this.props.healOn }

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error, failed: true }
  }

  static getDerivedStateFromProps({ healOn }: Props, state: State): Partial<State> | null {
    return Object.is(healOn, state.healOn) ? null : { error: null, failed: false, healOn }
  }

  override componentDidCatch(error: unknown): void {
    console.error(error)
  }

  readonly #retry = (): void => this.setState({ error: null, failed: false })

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children
    const { fallback = pageFailure } = this.props
    return fallback({ reason: reasonOf(this.state.error), retry: this.#retry })
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const pageFailure = ({ retry }: Failure): ReactNode => (
  <div className="boundary">
    <ProblemBox problem={{ message: t('problem.broken'), hint: t('problem.brokenHint') }} onRetry={retry} />
  </div>
)
