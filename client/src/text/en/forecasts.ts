/** Words of what runs are expected to take. */
export const forecasts = {
  'forecast.about': 'about {time}',
  'forecast.aboutAnd': 'about {time} and {memory}',
  'forecast.next': 'next: {forecast}',
  'forecast.all': 'Takes about {time}',
  'forecast.allAnd': 'Takes about {time} and {memory} of memory',
  'forecast.between': '{low} to {high}',
  'forecast.stored': '{size} stored',
  'forecast.unknown': { one: 'nothing is known of {count} cell', other: 'nothing is known of {count} cells' },
  'forecast.exact': { one: 'learned from {count} equal run', other: 'learned from {count} equal runs' },
  'forecast.inputs': {
    one: 'learned from {count} run of this code',
    other: 'learned from {count} runs of this code',
  },
  'forecast.project': {
    one: 'learned from {count} run of similar code',
    other: 'learned from {count} runs of similar code',
  },
  'forecast.long': 'This will take about {time}',
  'forecast.large': 'This will take about {memory} of memory; you have {free}',
  'forecast.longAndLarge': 'This will take about {time} and {memory}; you have {free}',
  'forecast.sure': 'Between {low} and {high}, {source}.',
  'forecast.largeHint': 'When memory ends, the system may end the kernel: its variables would be lost.',
  'forecast.runAnyway': 'Run',
} as const
