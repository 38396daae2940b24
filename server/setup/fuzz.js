/** `npm run fuzz -- [--minutes N] [--seed N] [TARGET…]`: feeds hostile input to every boundary; see server/test/fuzz. */
import { join } from 'node:path'
import { home, packagedNode, run } from './command.js'
import { installPackages } from './install.js'

await installPackages()
const script = join(home, 'server', 'test', 'fuzz', 'main.ts')
const { code } = await run(packagedNode(), [script, ...process.argv.slice(2)], { cwd: home, show: true })
process.exitCode = code
