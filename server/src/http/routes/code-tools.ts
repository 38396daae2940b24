/** Formats and checks code by ruff, and lists the packages of the kernel. A project that is not trusted has no kernel, and ruff of the server alone is used. */
import { join } from 'node:path'
import type { Kernels } from '@yesterday/kernel-bridge'
import { codeToolsApi } from '../../../contract/code-tools.ts'
import { findRuff } from '../../code-tools/find-ruff.ts'
import { formatCells, lintCells, type Ruff, RuffError } from '../../code-tools/ruff.ts'
import type { Sessions } from '../../session/sessions.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'
import { type EnvironmentParts, environmentRoutes } from './environment.ts'
import { pythonOf } from './kernel-python.ts'

export interface CodeToolParts {
  readonly root: string
  readonly kernels: Pick<Kernels, 'specs'>
  readonly sessions: Pick<Sessions, 'of' | 'withKernel'>
  readonly index: EnvironmentParts['index']
  /** Where the notebook of an open document is; null where it is not open. */
  readonly pathOf: (documentId: string) => string | null
}

export function codeToolRoutes(parts: CodeToolParts): readonly Route[] {
  const inTurn = limited(2)
  const answer = (documentId: string, work: (ruff: Ruff) => Promise<object>, none: object): Promise<Reply> =>
    inTurn(async () => {
      const path = parts.pathOf(documentId)
      if (path === null) return refuse(notOpen)
      const program = await findRuff(await pythonOf(parts, documentId))
      if (program === null) return json(none)
      try {
        const ruff = { program, path: join(parts.root, path), cwd: parts.root }
        return json({ tool: 'ruff', ...(await work(ruff)) })
      } catch (error) {
        if (!(error instanceof RuffError)) throw error
        return refuse({ code: 'ruffFailed', status: 502, message: error.message })
      }
    })
  return [
    on(codeToolsApi.format, ({ params, body }) =>
      answer(params.document, (ruff) => formatCells(ruff, body.cells), {
        tool: null,
        changed: [],
        failed: [],
      }),
    ),
    on(codeToolsApi.lint, ({ params, body }) =>
      answer(params.document, (ruff) => lintCells(ruff, body.cells), { tool: null, marks: [], cut: false }),
    ),
    ...environmentRoutes(parts),
  ]
}

const notOpen = { code: 'missing', status: 404, message: 'This notebook is not open.' } as const

/** Lets `most` pieces of work run at the same time. */
function limited(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve))
    running += 1
    try {
      return await work()
    } finally {
      running -= 1
      waiting.shift()?.()
    }
  }
}
