/**
 * Metrics for Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/). Invariant: no label has a path, a
 * name or an id of the project or of its people.
 */
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** What is counted when the metrics are read. */
export interface Measured {
  readonly version: string
  readonly sockets: () => number
  /** Kernels by state: `idle`, `busy`, `starting`, … */
  readonly kernels: () => ReadonlyMap<string, number>
  /** Runs that wait in queues. */
  readonly queued: () => number
}

export interface Answered {
  readonly method: string
  /** As the contract has it, with the names of its parameters: `/api/runs/:run`. */
  readonly route: string
  readonly status: number
  readonly ms: number
}

export class Metrics {
  readonly #registry = new Registry()
  readonly #answers = new Histogram({
    name: 'yesterday_http_request_duration_seconds',
    help: 'Time until a request was answered.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [this.#registry],
  })

  constructor(measured: Measured) {
    collectDefaultMetrics({ register: this.#registry })
    const { version, sockets, kernels, queued } = measured
    new Gauge({
      name: 'yesterday_info',
      help: 'The version that runs; always 1.',
      labelNames: ['version'],
      registers: [this.#registry],
    }).set({ version }, 1)
    this.#gauge('yesterday_open_sockets', 'WebSockets of pages and programs.', sockets)
    this.#gauge('yesterday_queued_runs', 'Runs that wait for a kernel.', queued)
    new Gauge({
      name: 'yesterday_kernels',
      help: 'Kernels of open notebooks, by state.',
      labelNames: ['state'],
      registers: [this.#registry],
      collect() {
        this.reset()
        for (const [state, count] of kernels()) this.set({ state }, count)
      },
    })
  }

  answered({ method, route, status, ms }: Answered): void {
    this.#answers.observe({ method, route, status: String(status) }, ms / 1000)
  }

  /** The text of all metrics. */
  text(): Promise<string> {
    return this.#registry.metrics()
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read())
      },
    })
  }
}
