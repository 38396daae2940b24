/**
 * pure. Colours of changed lines and words in a comparison. Invariant: code keeps a contrast of 4.5:1 on each of them,
 * which Monaco's own colours do not leave to ours.
 */

/** Share of the strong colour in the ground of a changed word, over the soft colour of its line. */
export const WORD_SHARE = 0.12

/** Colours for Monaco's theme. `token` reads a colour of the page. */
export function diffColours(token: (name: string) => string): Record<string, string> {
  const share = Math.round(WORD_SHARE * 255)
    .toString(16)
    .padStart(2, '0')
  const kinds = [
    ['inserted', 'success'],
    ['removed', 'danger'],
  ] as const
  return Object.fromEntries(
    kinds.flatMap(([kind, colour]) => [
      [`diffEditor.${kind}LineBackground`, token(`${colour}-soft`)],
      [`diffEditor.${kind}TextBackground`, token(colour) + share],
      // Line numbers are pale: they stay on the plain ground.
      [`diffEditorGutter.${kind}LineBackground`, token('editor-background')],
    ]),
  )
}
