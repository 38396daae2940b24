/** Words of other people's presence. */
export const presence = {
  'presence.here': 'Here now',
  'presence.follow': 'Follow {name}',
  'presence.following': 'Following {name}',
  'presence.inCell': 'In this cell',
  'person.you': 'You are {name}. Change your name or colour',
  'person.unnamed': 'You are shown as {name}. Say who you are',
  'person.title': 'Who you are',
  'person.name': 'Your name',
  'person.color': 'Your colour',
  'person.colorNumber': 'Colour {n}',
  'person.hint': 'Others see it in the notebook and at your runs. This browser remembers it.',
  'person.save': 'Save',
} as const
