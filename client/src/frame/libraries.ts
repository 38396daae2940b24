/** Drawing libraries that are built by their makers and copied next to the frame's page (sandbox.config.ts). */

import { FOLDER } from './folder.ts'

const loading = new Map<string, Promise<void>>()

/** Loads a script once. A script that could not be loaded is tried again at the next call. */
export function loadLibrary(name: string): Promise<void> {
  const known = loading.get(name)
  if (known !== undefined) return known
  const loaded = new Promise<void>((done, fail) => {
    const script = document.createElement('script')
    script.src = `${FOLDER}${name}`
    script.onload = () => done()
    script.onerror = () => {
      loading.delete(name)
      fail(new Error(`${name} could not be loaded`))
    }
    document.head.append(script)
  })
  loading.set(name, loaded)
  return loaded
}

/** A global that a library made. */
export function libraryGlobal<Library>(
  name: string,
  isLibrary: (value: unknown) => value is Library,
): Library {
  const value: unknown = Reflect.get(globalThis, name)
  if (!isLibrary(value)) throw new Error(`${name} is not there`)
  return value
}
