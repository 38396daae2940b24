/**
 * What the kernel used over the time of a run: a small chart for each of memory, CPU and GPU memory. Invariant: each is
 * summarized in words, and all samples are in a table that opens on demand.
 */
import './use-chart.css'
import { sizeText } from '@yesterday/server/contract/amounts.ts'
import { type RunUse, type UseSample, wordsOfUse } from '@yesterday/server/contract/run-use.ts'
import { locale } from '../../../text/locale.ts'
import { say, t } from '../../../text/text.ts'
import { durationText } from '../../../ui/time.ts'
import { HEIGHT, linesOfUse, type UseLine, WIDTH } from './use-chart.ts'

const percent = (cpu: number): string => t('use.percent', { n: Math.round(cpu) })
const size = (bytes: number): string => sizeText(bytes, locale)

export function UseOverTime(props: { readonly use: RunUse | undefined; readonly durationMs: number }) {
  const { use, durationMs } = props
  if (use === undefined) return null
  const words = wordsOfUse(use, say)
  return (
    <section>
      <h3>{t('use.title')}</h3>
      <div className="use-charts">
        {linesOfUse(use, durationMs).map((line) => (
          <Chart key={line.series} line={line} summary={words[line.series] ?? ''} durationMs={durationMs} />
        ))}
      </div>
      <p className="use-note">{t('use.note')}</p>
      <details className="receipt-rest">
        <summary>{t('use.table')}</summary>
        <Samples use={use} />
      </details>
    </section>
  )
}

function Chart(props: { readonly line: UseLine; readonly summary: string; readonly durationMs: number }) {
  const { line, summary, durationMs } = props
  const duration = durationText(durationMs)
  const most = line.series === 'cpu' ? percent(line.most) : size(line.most)
  return (
    <figure className={`use-chart use-chart-${line.series}`}>
      <figcaption>{summary}</figcaption>
      <div className="use-chart-scale" aria-hidden="true">
        <span>{most}</span>
        <span>0</span>
      </div>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t('use.chart', { summary, duration })}
      >
        <path className="use-chart-area" d={line.area} />
        <path className="use-chart-line" d={line.line} />
      </svg>
      <div className="use-chart-time" aria-hidden="true">
        <span>0</span>
        <span>{duration}</span>
      </div>
    </figure>
  )
}

function Samples({ use }: { readonly use: RunUse }) {
  const hasGpu = use.some(({ gpuMemory }) => gpuMemory !== null)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="use-table" tabIndex={0} aria-label={t('use.table')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('use.at')}</th>
            <th scope="col">{t('use.memoryHead')}</th>
            <th scope="col">{t('use.cpuHead')}</th>
            {hasGpu && <th scope="col">{t('use.gpuHead')}</th>}
          </tr>
        </thead>
        <tbody>
          {use.map((sample) => (
            <Row key={sample.ms} sample={sample} hasGpu={hasGpu} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Row(props: { readonly sample: UseSample; readonly hasGpu: boolean }) {
  const { ms, memory, cpu, gpuMemory } = props.sample
  return (
    <tr>
      <th scope="row">{durationText(ms)}</th>
      <td>{size(memory)}</td>
      <td>{cpu === null ? '–' : percent(cpu)}</td>
      {props.hasGpu && <td>{gpuMemory === null ? '–' : size(gpuMemory)}</td>}
    </tr>
  )
}
