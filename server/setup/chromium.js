/** The browser of the tests: found on the path, or installed where the system's packages can be had. */
import { run, say, step } from './command.js'

const names = ['chromium', 'chromium-browser', 'google-chrome']

async function found() {
  for (const name of names) if ((await run(name, ['--version'])).code === 0) return true
  return false
}

/** Makes sure that there is a Chromium; throws with what to do where there is none and none can be installed. */
export async function ensureChromium() {
  if (process.env.CHROMIUM_PATH || (await found())) return
  const mayInstall = process.platform === 'linux' && process.getuid?.() === 0
  if (mayInstall && (await run('apt-get', ['--version'])).code === 0) {
    await step('Looking up packages', 'apt-get', ['update', '-q'])
    await step('Installing Chromium', 'apt-get', ['install', '-y', '-q', 'chromium'])
    return
  }
  say('No Chromium was found on the path.')
  throw new Error(
    'Install Chromium (Debian: apt-get install chromium) or name it in CHROMIUM_PATH, then: npm test',
  )
}
