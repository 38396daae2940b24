/** Loads one AMD module, as packages of widgets are published: https://github.com/amdjs/amdjs-api/blob/master/AMD.md */

type Factory = (...dependencies: object[]) => object | undefined
/** What a script defined: names of its dependencies, and the function that makes it of them. */
interface Definition {
  readonly names: readonly string[]
  readonly factory: Factory | object
}

let last: Promise<unknown> = Promise.resolve()

/** One at a time: a script says what it defines, and not which script it is. */
export function loadAmd(address: string, provide: (name: string) => Promise<object>): Promise<object> {
  const loaded = last.then(() => loadNow(address, provide))
  last = loaded.catch(() => undefined)
  return loaded
}

async function loadNow(address: string, provide: (name: string) => Promise<object>): Promise<object> {
  const { names, factory } = await definitionOf(address)
  if (typeof factory !== 'function') return factory
  const exports: object = {}
  const module = { exports, uri: address }
  const dependencies = names.map((name): object | Promise<object> => {
    if (name === 'exports') return exports
    return name === 'module' ? module : provide(name)
  })
  return factory(...(await Promise.all(dependencies))) ?? module.exports
}

/** Runs the script. `define` is there meanwhile only: other scripts would take it for a module system. */
function definitionOf(address: string): Promise<Definition> {
  return new Promise((done, fail) => {
    let definition: Definition | null = null
    const define = (...words: unknown[]): void => {
      definition ??= readDefinition(words)
    }
    Object.assign(globalThis, { define: Object.assign(define, { amd: {} }) })
    const script = document.createElement('script')
    script.src = address
    script.onload = () => {
      Reflect.deleteProperty(globalThis, 'define')
      if (definition === null) fail(new Error(`${address} defines no module`))
      else done(definition)
    }
    script.onerror = () => {
      Reflect.deleteProperty(globalThis, 'define')
      fail(new Error(`${address} could not be loaded`))
    }
    document.head.append(script)
  })
}

/** pure. `define(name?, dependencies?, factory)`. */
export function readDefinition(words: readonly unknown[]): Definition | null {
  const factory = words.at(-1)
  const names = words.find((word): word is readonly string[] => Array.isArray(word))
  if (isFactory(factory))
    return { names: names ?? ['require', 'exports', 'module'].slice(0, factory.length), factory }
  return typeof factory === 'object' && factory !== null ? { names: [], factory } : null
}

const isFactory = (value: unknown): value is Factory => typeof value === 'function'
