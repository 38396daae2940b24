/** The one line that adds the example. */
import { PROVIDERS } from '../../../src/providers/list.ts'
import { echoProvider } from './echo.ts'

export const withEcho = [...PROVIDERS, echoProvider]
