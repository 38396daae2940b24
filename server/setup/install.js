/** What both commands of the README need first: the packages, and the page as the browser takes it. */
import { join } from 'node:path'
import { home, packagedNode, step } from './command.js'
import { hashOf, isFresh, markFresh } from './stamp.js'

const under = (...parts) => join(home, ...parts)

/** Installs the packages exactly as locked; nothing when that was done before. The lock names all of them. */
export async function installPackages() {
  const hash = hashOf([under('package-lock.json')])
  const stamp = under('node_modules', '.yesterday-installed')
  if (isFresh(stamp, hash)) return
  await step('Installing packages', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  markFresh(stamp, hash)
}

/** Builds the page; nothing when its sources are those of the last build. */
export async function buildClient() {
  const sources = [
    'client/src',
    'client/public',
    'client/sandbox',
    'client/index.html',
    'client/sandbox.config.ts',
    'client/vite.config.ts',
    'server/contract',
  ]
  const hash = hashOf([...sources, 'package-lock.json'].map((name) => under(name)))
  const stamp = under('client', 'dist', '.built')
  if (isFresh(stamp, hash)) return
  const vite = under('node_modules', 'vite', 'bin', 'vite.js')
  await step('Building the page', packagedNode(), [vite, 'build', '--logLevel', 'warn'], {
    cwd: under('client'),
  })
  markFresh(stamp, hash)
}
