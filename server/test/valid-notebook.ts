/** Saved notebooks, validated by nbformat itself. */
import { readFile } from 'node:fs/promises'
import { expect } from 'vitest'
import { problemOf } from './nbformat-judge.ts'

/** The text of a notebook's file, which nbformat accepts. Every test that looks at a saved notebook reads it so. */
export async function readSaved(path: string): Promise<string> {
  const text = await readFile(path, 'utf8')
  expect(await problemOf(text), path).toBe('')
  return text
}
