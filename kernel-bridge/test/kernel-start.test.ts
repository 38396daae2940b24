/** Kernels that cannot start, and what is said of it. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { KernelStartError } from '../src/index.ts'
import { realKernels, specName } from './real-kernels.ts'

describe('kernels that cannot start', () => {
  const refusal = async (interpreter: string, name = specName, cwd?: string): Promise<KernelStartError> => {
    const bridge = await realKernels({
      interpreters: [{ name: specName, displayName: 'Broken Python', python: interpreter }],
    })
    try {
      await bridge.kernels.start({ specName: name, cwd: cwd ?? bridge.dir, prewarm: false })
    } catch (error) {
      if (error instanceof KernelStartError) return error
      throw error
    } finally {
      await bridge.end()
    }
    throw new Error('It started')
  }

  it('names the missing program', async () => {
    const missing = join('/nowhere', 'bin', 'python')
    const error = await refusal(missing)
    expect(error).toMatchObject({ reason: 'program-missing', specName, program: missing })
    expect(error.message).toContain(missing)
  })

  it('names the kernels there are when one is unknown', async () => {
    const error = await refusal(process.execPath, 'cobol')
    expect(error.reason).toBe('unknown-spec')
    expect(error.message).toContain(specName)
  })

  it('names the folder that does not exist', async () => {
    expect(await refusal(process.execPath, specName, '/nowhere/at/all')).toMatchObject({
      reason: 'folder-missing',
    })
  })

  it('reports the words of a program that ended at once', async () => {
    const error = await refusal(process.execPath)
    expect(error.reason).toBe('ended')
    expect(error.stderrTail).not.toBe('')
  })
})
