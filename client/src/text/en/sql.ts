/** Words of SQL cells and their connections. */
export const sql = {
  'sql.connection': 'Connection',
  'sql.editConnections': 'Connections…',
  'sql.result': 'Variable for the rows',
  'sql.noResult': 'no variable',
  'sql.badName': 'Use letters, digits and _.',
  'connections.title': 'Connections of SQL cells',
  'connections.hint':
    'They are kept in your own folder, not in notebooks or the project. Kernels use them by name.',
  'connections.empty': 'There are no connections yet. DuckDB needs none.',
  'connections.name': 'Name',
  'connections.url': 'URL',
  'connections.save': 'Save',
  'connections.close': 'Close',
  'connections.edit': 'Edit {name}',
  'connections.remove': 'Remove {name}',
  'connections.change': 'Edit',
  'connections.delete': 'Remove',
  'connections.badName': 'A name has up to 60 letters, digits, _ and -, and begins with a letter or _.',
  'connections.badUrl': 'Write the URL as dialect://user:password@host/database.',
} as const
