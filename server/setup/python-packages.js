/**
 * Installs Python packages for tests: by uv, with pip's configuration, which takes seconds for each environment
 * where pip takes a minute; by pip itself if uv is missing or fails.
 */
import { join } from 'node:path'
import { run, StepError, say, step } from './command.js'

const isWindows = process.platform === 'win32'

/** pip's settings, and uv's variables for the same. */
const variables = {
  'index-url': 'UV_DEFAULT_INDEX',
  'extra-index-url': 'UV_INDEX',
  'find-links': 'UV_FIND_LINKS',
  constraint: 'UV_CONSTRAINT',
  cert: 'SSL_CERT_FILE',
}

/**
 * `(title, python, packages)`: a step that installs into the environment of `python`, which needs no pip of its own.
 * `base` is a Python that has pip; `folder` is where uv is put.
 */
export function installer(base, folder) {
  let found
  const byPip = (title, python, packages) =>
    step(title, base, [
      ...['-m', 'pip', '--python', python, 'install', '--quiet', '--disable-pip-version-check'],
      ...packages,
    ])
  return async (title, python, packages) => {
    found ??= uvProgram(base, folder)
    const { uv, env } = await found
    if (uv === null) return byPip(title, python, packages)
    const words = ['pip', 'install', '--quiet', '--index-strategy', 'unsafe-best-match', '--python', python]
    try {
      await step(title, uv, [...words, ...packages], { env })
    } catch (error) {
      if (!(error instanceof StepError)) throw error
      say(`  ${error.message}\n  pip does it instead`)
      await byPip(title, python, packages)
    }
  }
}

/** `{uv, env}`: the program, null where it cannot be had, and pip's settings as its environment. */
export async function uvProgram(base, folder) {
  const [uv, env] = await Promise.all([getUv(base, folder), settingsOf(base)])
  return { uv, env }
}

/** The program: that of the path, or one put into `folder`; null where neither can be had. */
async function getUv(base, folder) {
  const program = join(folder, 'bin', isWindows ? 'uv.exe' : 'uv')
  for (const present of ['uv', program]) if ((await run(present, ['--version'])).code === 0) return present
  await run(base, ['-m', 'pip', 'install', '--quiet', '--upgrade', '--target', folder, 'uv'])
  return (await run(program, ['--version'])).code === 0 ? program : null
}

/** pip's settings as uv's environment: `pip config list` prints `global.name='value'`, or `:env:.name='value'`. */
async function settingsOf(base) {
  const { output } = await run(base, ['-m', 'pip', 'config', 'list'])
  const settings = [...output.matchAll(/^[\w:-]+\.([\w-]+)='(.*)'$/gm)]
  return Object.fromEntries(
    settings.flatMap(([, name, value]) =>
      name in variables ? [[variables[name], value.replaceAll('\\n', ' ').trim()]] : [],
    ),
  )
}
