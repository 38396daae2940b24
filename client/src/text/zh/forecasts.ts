/** Words of what runs are expected to take. */
export const forecasts = {
  'forecast.about': '约 {time}',
  'forecast.aboutAnd': '约 {time}、{memory}',
  'forecast.all': '约需 {time}',
  'forecast.allAnd': '约需 {time}、内存 {memory}',
  'forecast.between': '{low} 至 {high}',
  'forecast.stored': '存储 {size}',
  'forecast.unknown': '{count} 个单元格无从估计',
  'forecast.exact': '依据 {count} 次相同的运行',
  'forecast.inputs': '依据此代码的 {count} 次运行',
  'forecast.project': '依据相似代码的 {count} 次运行',
  'forecast.long': '这大约需要 {time}',
  'forecast.large': '这大约需要 {memory} 内存；现有 {free}',
  'forecast.longAndLarge': '这大约需要 {time} 和 {memory}；现有 {free}',
  'forecast.sure': '在 {low} 与 {high} 之间，{source}。',
  'forecast.largeHint': '内存耗尽时，系统可能会结束内核，其中的变量会丢失。',
  'forecast.runAnyway': '运行',
} as const
