/** Draws components as the gallery does, by the testing library: with a server inside of the page. */
import { cleanup, render, renderHook, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import type { Answers, NotebookFixture, State } from '../gallery/fixture.ts'
import { FIXTURES } from '../gallery/fixtures.ts'
import { Stage } from '../gallery/stage.tsx'
import { EditorPool } from '../src/editor/editor-pool.ts'
import { dismissAll, useNotices } from '../src/ui/notices.ts'

/** A request that the page sent: method, path with query, body. */
export type Sent = readonly [method: string, url: string, body: unknown]

export interface Staged {
  /** Draws a state of the gallery as it is before anything was done. */
  readonly show: (component: string, name: string) => Promise<Stage>
  /** Draws a component, in a notebook if one is given. */
  readonly enter: (
    notebook: NotebookFixture | undefined,
    draw: (stage: Stage) => ReactNode,
    answers?: Answers,
  ) => Promise<Stage>
  /** Opens a notebook without drawing anything. */
  readonly open: (notebook: NotebookFixture, answers?: Answers) => Promise<Stage>
}

/** Call it once in a test file: it leaves each stage, and takes away what was drawn. */
export function staged(): Staged {
  const stages: Stage[] = []
  beforeEach(() => {
    // happy-dom has no popovers, and Monaco needs a browser.
    Object.assign(HTMLElement.prototype, { showPopover: () => {}, hidePopover: () => {} })
    vi.spyOn(EditorPool.prototype, 'load').mockReturnValue(new Promise(() => {}))
  })
  afterEach(async () => {
    cleanup()
    dismissAll()
    for (const stage of stages.splice(0)) await stage.leave()
    vi.restoreAllMocks()
  })
  const begin = async (state: State): Promise<Stage> => {
    const stage = await Stage.enter(state)
    stages.push(stage)
    return stage
  }
  return {
    show: async (component, name) => {
      const state = FIXTURES.find((one) => one.component === component)?.states[name]
      if (state === undefined) throw new Error(`the gallery has no ${component}/${name}`)
      const stage = await begin(state)
      render(stage.node())
      const { shows } = state
      if (shows !== undefined) await waitFor(() => expect(document.body.textContent).toMatch(shows))
      return stage
    },
    enter: async (notebook, draw, answers = {}) => {
      const stage = await begin({ draw, answers, ...(notebook === undefined ? {} : { notebook }) })
      render(stage.node())
      return stage
    },
    open: (notebook, answers = {}) => begin({ draw: () => null, answers, notebook }),
  }
}

/** An answer that notes what was asked; `value` may be a function of the body. */
export function noting(
  sent: Sent[],
  value: unknown,
): (url: string, body: unknown, method: string) => unknown {
  return (url, body, method) => {
    sent.push([method, url, body])
    return typeof value === 'function' ? value(body, method, url) : value
  }
}

/** The texts of the notices that are shown now. */
export const noticeTexts = (): readonly string[] =>
  renderHook(useNotices, { container: document.createElement('div') }).result.current.map(({ text }) => text)
