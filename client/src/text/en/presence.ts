/** Words of other people's presence. */
export const presence = {
  'presence.here': 'Here now',
  'presence.follow': 'Follow {name}',
  'presence.following': 'Following {name}',
  'presence.inCell': 'In this cell',
} as const
