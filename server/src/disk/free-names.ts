/** Names to try until one is free: "Untitled.ipynb", "Untitled 1.ipynb", "Untitled 2.ipynb", … */
import { extname } from 'node:path/posix'

/** At most 10,000 candidates: a folder with more of one name has another problem. */
export function* freeNames(name: string): Generator<string> {
  const extension = extname(name)
  const stem = name.slice(0, name.length - extension.length)
  yield name
  for (let number = 1; number < 10_000; number++) yield `${stem} ${number}${extension}`
}
