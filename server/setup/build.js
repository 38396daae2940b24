/** `npm run build`: builds the page, where packages are installed already. */
import { buildClient } from './install.js'

await buildClient()
