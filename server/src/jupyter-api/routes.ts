/** What the server offers of the Jupyter Server API, in one list. */
import type { Route } from '../http/route.ts'
import { configRoutes } from './config-routes.ts'
import { type ContentsParts, contentsRoutes } from './contents/routes.ts'
import { kernelRoutes } from './kernel-routes.ts'
import { type ServerParts, serverRoutes } from './server-routes.ts'
import { type SessionParts, sessionRoutes } from './session-routes.ts'
import { type TerminalParts, terminalRoutes } from './terminal-routes.ts'

/** REST; the sockets are `channelsRoute` and `terminalRoute`. `GET /api/me` and `GET /api/kernelspecs` are shared with the page. */
export const jupyterRoutes = (
  parts: SessionParts & ServerParts & ContentsParts & TerminalParts,
): readonly Route[] => [
  ...serverRoutes(parts),
  ...kernelRoutes(parts),
  ...sessionRoutes(parts),
  ...contentsRoutes(parts),
  ...configRoutes(),
  ...terminalRoutes(parts),
]
