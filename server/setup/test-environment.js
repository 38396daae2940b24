/**
 * The environment of the tests: a private home and an allow-list of variables. Keys, trust, caches and profiles of the
 * user are neither read nor written, and no variable of the user's shell changes a result. Caches of downloads are shared.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { home as checkout } from './command.js'

/** Names the private home. Runners that find it do not make another. */
const MARK = 'YESTERDAY_TEST_HOME'

/** Variables that tests get from the user: where programs and packages are, how the network is reached, what to test. */
const ALLOWED = [
  /^(path|tmpdir|temp|tmp|ci|term|(no|force)_color|chromium_path|pyenv_root|playwright_browsers_path)$/i,
  /^(https?_proxy|no_proxy|all_proxy|ssl_cert_(file|dir)|requests_ca_bundle|node_extra_ca_certs)$/i,
  /^(systemroot|systemdrive|comspec|pathext|windir|programfiles.*|programdata|processor_architecture|number_of_processors)$/i,
  /^(pip|uv)_/i,
  /^yesterday_(test_.*|kills|(kill|member)_.*|salvage_seeds|fuzz_seconds|python)$/i,
]
const isAllowed = (name) => ALLOWED.some((pattern) => pattern.test(name))

/** Fixed, so that no test depends on the user's. */
const LOCALE = process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8'
const FIXED = {
  LANG: LOCALE,
  LC_ALL: LOCALE,
  TZ: 'UTC',
  // Python keeps what it compiles: kernels by the hundred would compile their libraries again.
  PYTHONDONTWRITEBYTECODE: '',
  npm_config_update_notifier: 'false',
}

/** Returns `{env, remove}`: the whole environment of a runner, and a function that removes its home. */
export function testEnvironment(given = process.env) {
  const home = mkdtempSync(join(tmpdir(), 'yesterday-home-'))
  const allowed = Object.entries(given).filter(([name]) => isAllowed(name))
  const env = {
    ...Object.fromEntries(allowed),
    ...FIXED,
    ...homeVariables(home),
    ...sharedCaches(given),
    PATH: [join(checkout, 'node_modules', '.bin'), given.PATH ?? ''].join(delimiter),
    [MARK]: home,
  }
  return { env, remove: () => rmSync(home, { recursive: true, force: true, maxRetries: 5 }) }
}

/** For the configuration of a runner that is started by hand: gives this process and its children the environment. */
export function enterTestEnvironment() {
  if (process.env[MARK]) return
  const { env, remove } = testEnvironment()
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name]
  Object.assign(process.env, env)
  process.once('exit', remove)
}

function homeVariables(home) {
  const runtime = join(home, 'run')
  mkdirSync(runtime, { mode: 0o700 })
  return {
    HOME: home,
    USERPROFILE: home,
    APPDATA: join(home, 'AppData', 'Roaming'),
    LOCALAPPDATA: join(home, 'AppData', 'Local'),
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
    XDG_STATE_HOME: join(home, '.local', 'state'),
    XDG_RUNTIME_DIR: runtime,
    YESTERDAY_HOME: join(home, 'yesterday'),
  }
}

/** Downloads, the list of fonts and pip's settings: slow to make again, or configured once for the machine. */
function sharedCaches(given) {
  const real = homedir()
  const cache = given.XDG_CACHE_HOME ?? join(real, '.cache')
  const present = {
    PIP_CONFIG_FILE: [join(real, '.config', 'pip', 'pip.conf'), join(real, '.pip', 'pip.conf')],
    PYENV_ROOT: [join(real, '.pyenv')],
  }
  const found = Object.entries(present).flatMap(([name, places]) => {
    const place = given[name] ?? places.find((one) => existsSync(one))
    return place === undefined ? [] : [[name, place]]
  })
  return {
    PIP_CACHE_DIR: given.PIP_CACHE_DIR ?? join(cache, 'pip'),
    UV_CACHE_DIR: given.UV_CACHE_DIR ?? join(cache, 'uv'),
    MPLCONFIGDIR: given.MPLCONFIGDIR ?? join(cache, 'yesterday', 'matplotlib'),
    ...Object.fromEntries(found),
  }
}
