/**
 * Where the JavaScript of widgets comes from. What comes with the frame needs no network; other packages are loaded from
 * a CDN, by the name and version that their Python side gives, if the frame may use the network.
 */
import type { WidgetModel, WidgetView } from '@jupyter-widgets/base'
import type { FrameLevel } from '../../frames/frame-protocol.ts'
import { FOLDER } from '../folder.ts'
import { loadAmd } from './amd.ts'

export type WidgetClass = typeof WidgetModel | typeof WidgetView
export type WidgetModule = Readonly<Record<string, WidgetClass | undefined>>

export interface ModuleScope {
  readonly level: FrameLevel
}

type Load = () => Promise<object>

const BUNDLED: Readonly<Record<string, Load>> = {
  '@jupyter-widgets/base': () => import('@jupyter-widgets/base'),
  '@jupyter-widgets/controls': () => import('@jupyter-widgets/controls'),
  '@jupyter-widgets/output': () => import('./output.ts'),
  anywidget: () => loadAmd(`${FOLDER}anywidget.js`, provided),
}

const loading = new Map<string, Promise<WidgetModule>>()

/** Loads a module once; one that could not be loaded is tried again. */
export function loadModule(name: string, version: string, scope: ModuleScope): Promise<WidgetModule> {
  const key = `${name}@${version}`
  const known = loading.get(key)
  if (known !== undefined) return known
  const loaded = load(name, version, scope).then(asWidgetModule)
  loading.set(key, loaded)
  loaded.catch(() => loading.delete(key))
  return loaded
}

function load(name: string, version: string, { level }: ModuleScope): Promise<object> {
  const bundled = Object.hasOwn(BUNDLED, name) ? BUNDLED[name] : undefined
  if (bundled !== undefined) return bundled()
  if (level !== 'online')
    return Promise.reject(new Error(`${name} ${version} is not part of this notebook and may not be loaded`))
  return loadAmd(cdnAddress(name, version), provided)
}

/** pure. The package as npm has it, at a version that fits what the Python side asks for (`^1.2`, `~0.11.*`). */
export function cdnAddress(name: string, version: string): string {
  const range = version.replace(/\.\*$/, '')
  return `https://cdn.jsdelivr.net/npm/${encodeURI(name)}@${encodeURIComponent(range)}/dist/index.js`
}

/** What AMD modules of widgets may ask for. */
async function provided(name: string): Promise<object> {
  const load = Object.hasOwn(BUNDLED, name) ? BUNDLED[name] : undefined
  if (load === undefined) throw new Error(`${name} is not there`)
  return load()
}

/** Its members are classes by the protocol; using one that is not a class throws this error. */
function asWidgetModule(module: object): WidgetModule {
  const classes = Object.entries(module).filter(
    (entry): entry is [string, WidgetClass] => typeof entry[1] === 'function',
  )
  return Object.fromEntries(classes)
}
