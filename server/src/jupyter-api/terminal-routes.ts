/** `/api/terminals` of Jupyter Server, with titles. */
import { type TerminalStart, terminalApi } from '../../contract/terminals.ts'
import { json, type Reply } from '../http/reply.ts'
import { type Call, on, type Route } from '../http/route.ts'
import type { Recording } from '../people/audit.ts'
import type { Terminal } from '../terminals/terminal.ts'
import { NoTerminalError, type Terminals } from '../terminals/terminals.ts'
import { workingFolder } from './kernel-routes.ts'
import { jupyterRefusal, noContent } from './replies.ts'

export interface TerminalParts {
  /** The project folder's real path. */
  readonly root: string
  readonly terminals: Pick<Terminals, 'list' | 'get' | 'start' | 'end' | 'model'>
  /** Why nothing runs here; null if code may run. */
  readonly refusal: string | null
  readonly record: Recording
}

type Named = Call<{ terminal: string }>

export function terminalRoutes(parts: TerminalParts): readonly Route[] {
  const { terminals } = parts
  const of = (handle: (terminal: Terminal) => Promise<Reply>) => (call: Named) => {
    const terminal = terminals.get(call.params.terminal)
    return terminal === null ? Promise.resolve(noTerminal(call.params.terminal)) : handle(terminal)
  }
  const shown = async (terminal: Terminal): Promise<Reply> => json(await terminals.model(terminal))
  return [
    on(terminalApi.terminals, async () => json(await terminals.list())),
    on(terminalApi.startTerminal, (call) => start(parts, call)),
    on(terminalApi.terminal, of(shown)),
    on(terminalApi.renameTerminal, (call) =>
      of((terminal) => {
        terminal.title = call.body.title
        return shown(terminal)
      })(call),
    ),
    on(terminalApi.endTerminal, async ({ params, person }) =>
      (await terminals.end(params.terminal, person)) ? noContent : noTerminal(params.terminal),
    ),
  ]
}

type Start = Call<unknown, unknown, TerminalStart>

async function start({ root, terminals, refusal, record }: TerminalParts, call: Start): Promise<Reply> {
  const { body, person, visitor } = call
  if (refusal !== null) return jupyterRefusal({ code: 'untrusted', status: 403, message: refusal })
  const present = body.name ? terminals.get(body.name) : null
  if (present !== null) return json(await terminals.model(present))
  try {
    const by = { id: person.id, name: person.name }
    const terminal = await terminals.start(await workingFolder(root, body.cwd ?? ''), by, body)
    const about = { terminal: terminal.name, title: terminal.title }
    record({ action: 'terminal-opened', by, address: visitor.address, about })
    return json(await terminals.model(terminal))
  } catch (error) {
    if (!(error instanceof NoTerminalError)) throw error
    return jupyterRefusal({ code: 'noTerminal', status: 409, message: error.message })
  }
}

const noTerminal = (name: string): Reply =>
  jupyterRefusal({ code: 'missing', status: 404, message: `Terminal not found: ${name}` })
