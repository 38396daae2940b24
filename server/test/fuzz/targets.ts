/**
 * The fuzz targets: a name, and the module that exports `target`, from the root of the repository. A new one is a file
 * and a line here. Files in `corpus/NAME/` are fed as they are, and changed.
 */
export const targets: Readonly<Record<string, string>> = {
  'kernel-messages': 'kernel-bridge/test/fuzz/kernel-messages.ts',
  'spool-files': 'kernel-bridge/test/fuzz/spool-files.ts',
  'kernel-outputs': 'server/test/fuzz/kernel-outputs.ts',
  notebooks: 'server/test/fuzz/notebooks.ts',
  'object-references': 'server/test/fuzz/object-references.ts',
  'history-entries': 'server/test/fuzz/history-entries.ts',
  updates: 'server/test/fuzz/updates.ts',
  awareness: 'server/test/fuzz/awareness.ts',
  'session-commands': 'server/test/fuzz/session-commands.ts',
  'http-requests': 'server/test/fuzz/http-requests.ts',
  'jupyter-channels': 'server/test/fuzz/jupyter-channels.ts',
  'jupyter-requests': 'server/test/fuzz/jupyter-requests.ts',
  'terminal-sockets': 'server/test/fuzz/terminal-sockets.ts',
}
