/** Words of notifications outside of the page. */
export const notify = {
  'command.notificationSettings': 'Notifications by e-mail and webhook',
  'notify.title': 'Notifications',
  'notify.kinds': 'Notify me about',
  'notify.mention': 'Comments that mention me',
  'notify.reply': 'Replies in threads where I wrote',
  'notify.run': 'Long runs that end while I am away',
  'notify.email': 'E-mail address',
  'notify.webhook': 'Webhook address',
  'notify.secret': 'Each webhook call is signed with this secret:',
  'notify.save': 'Save',
  'notify.saved': 'Notifications are set.',
  'notify.failed': 'The settings could not be read',
  'notify.notSaved': 'The settings were not saved',
  'notify.lost':
    'The notification settings could not be read. Choose again; the damaged file is kept as {file}.',
  'notify.lastFailed': 'The last delivery failed: {why}',
  'notify.off': 'This server sends no e-mail and calls no webhooks.',
  'notify.offHint':
    'Its operator can set this up in notifications.json. The page notifies you while it is open.',
  'comments.replied': '{name} replied in a thread of yours.',
} as const
