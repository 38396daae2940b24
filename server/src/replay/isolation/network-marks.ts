/** Counters of a network namespace that grow when a program in it reaches for the network (proc_net(5), RFC 4293). */
import { readFile } from 'node:fs/promises'

/** Of TCP a connection that is opened, of UDP a packet, of both one that finds no route. Empty where they cannot be read. */
export async function networkMarks(pid: number): Promise<readonly string[]> {
  const [four = '', six = ''] = await Promise.all(
    ['snmp', 'snmp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'utf8').catch(() => '')),
  )
  const ofSix = [...six.matchAll(/^(?:Ip6OutNoRoutes|Udp6OutDatagrams)\s+(\d+)$/gm)]
  return [
    ...countersOf(four, ['Ip OutNoRoutes', 'Tcp ActiveOpens', 'Udp OutDatagrams']),
    ...ofSix.map(([, count]) => count ?? ''),
  ]
}

/** `snmp` has pairs of lines: names, then numbers. */
function countersOf(text: string, wanted: readonly string[]): readonly string[] {
  const lines = text.split('\n').map((line) => line.split(/:? /))
  return wanted.map((name) => {
    const [group = '', counter = ''] = name.split(' ')
    const [names, numbers] = lines.filter(([first]) => first === group)
    return numbers?.[names?.indexOf(counter) ?? -1] ?? ''
  })
}
