/**
 * pure. Snippets: a word to type, and the code that takes its place. `${1:name}` is a place to fill in, as in VS Code
 * (https://code.visualstudio.com/docs/editing/userdefinedsnippets#_snippet-syntax).
 */
import { z } from 'zod'

const MOST = 200

const WORD = /^[\p{L}_][\p{L}\p{N}_.-]{0,39}$/u

export const Snippets = z
  .record(
    z.string(),
    z.string().max(4000, 'A snippet has at most 4,000 characters.'),
    'Write {"word": "code"}.',
  )
  .refine(
    (all) => Object.keys(all).every((word) => WORD.test(word)),
    'A word has at most 40 letters, digits, dots, dashes or underscores.',
  )
  .refine((all) => Object.keys(all).length <= MOST, `There are at most ${MOST} snippets.`)
export type Snippets = z.infer<typeof Snippets>

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: places of snippets are written so
/** Those that are there from the start. */
export const BUILT_IN: Snippets = {
  imports: 'import matplotlib.pyplot as plt\nimport numpy as np\nimport pandas as pd',
  figure: "fig, ax = plt.subplots()\nax.plot(${1:x}, ${2:y})\nax.set(xlabel='${3:x}', ylabel='${4:y}')",
  split:
    'from sklearn.model_selection import train_test_split\n\nX_train, X_test, y_train, y_test = train_test_split(${1:X}, ${2:y}, test_size=${3:0.2})',
  train:
    'for epoch in range(${1:10}):\n    for ${2:inputs, targets} in ${3:loader}:\n        optimizer.zero_grad()\n        loss = criterion(${4:model}(inputs), targets)\n        loss.backward()\n        optimizer.step()',
  dataclass: 'from dataclasses import dataclass\n\n\n@dataclass\nclass ${1:Name}:\n    ${2:field}: ${3:int}',
  widget:
    'from ipywidgets import interact\n\n\n@interact(${1:x}=(${2:0}, ${3:10}))\ndef ${4:show}(${1:x}):\n    ${5:return x}',
}

// biome-ignore-end lint/suspicious/noTemplateCurlyInString: places of snippets are written so

/** Of several layers, highest first: each adds its own. An empty snippet takes one of a lower layer away. */
export function mergedSnippets(layers: readonly Snippets[]): Snippets {
  const all = Object.assign({}, ...[...layers].reverse()) as Snippets
  return Object.fromEntries(Object.entries(all).filter(([, code]) => code !== ''))
}
