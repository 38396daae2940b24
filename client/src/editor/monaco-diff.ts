/** Monaco with its view of differences, which cells do not need. Loaded by dynamic import. */
import 'monaco-editor/features/diffEditor/register.js'

export * from './monaco.ts'
