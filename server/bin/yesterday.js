#!/usr/bin/env node
/**
 * The door of the command line, plain JavaScript so that any Node can open it: the program itself needs Node 24, which
 * comes with the packages, so an older Node hands over to that one.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { dirname, join } from 'node:path'

const NEEDED = 24

if (Number(process.versions.node.split('.')[0]) >= NEEDED) await start()
else handOver(packagedNode())

/** What V8 compiled is kept beside the code, which halves the time to begin; where nothing can be kept it goes without. */
async function start() {
  module.enableCompileCache(join(import.meta.dirname, '../.build/compiled'))
  await import('../src/cli/main.ts')
}

/** The Node of the `node` package; null where packages are not installed. */
function packagedNode() {
  try {
    const folder = dirname(module.createRequire(import.meta.url).resolve('node/package.json'))
    const binary = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return existsSync(binary) ? binary : null
  } catch {
    return null
  }
}

/** Runs the same command in `binary`; signals and the exit code pass through. */
function handOver(binary) {
  if (binary === null) {
    console.error(
      `yesterday: Node ${NEEDED} is needed and was not found. Run "npm install" in Yesterday's folder.`,
    )
    process.exitCode = 1
    return
  }
  const child = spawn(binary, [import.meta.filename, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 128)
  })
}
