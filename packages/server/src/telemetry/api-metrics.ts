import { Counter, Histogram, type Registry } from 'prom-client'

const requestBuckets = [0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15]
const deliveryBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300, 1_800, 3_600]

export interface AnsweredRequest {
  readonly method: string
  /** Its pattern, never the address that was asked for. */
  readonly route: string
  readonly status: number
  readonly ms: number
}

export interface WebhookTry {
  readonly result: 'delivered' | 'retry' | 'failed'
  /** Since the event that it tells of. */
  readonly ageMs: number
}

export interface ApiMetrics {
  readonly onAnswer: (request: AnsweredRequest) => void
  readonly onTry: (made: WebhookTry) => void
}

/** Figures of one API process. */
export function apiMetrics(registry: Registry): ApiMetrics {
  const registers = [registry]
  const requests = new Histogram({
    name: 'parley_http_request_seconds',
    help: 'Requests to the API by route and answer',
    labelNames: ['method', 'route', 'status'],
    buckets: requestBuckets,
    registers,
  })
  const tries = new Counter({
    name: 'parley_webhook_tries_total',
    help: 'Webhooks sent, by what came of it',
    labelNames: ['result'],
    registers,
  })
  const delivered = new Histogram({
    name: 'parley_webhook_delivery_seconds',
    help: 'From an event until its webhook was taken',
    buckets: deliveryBuckets,
    registers,
  })
  return {
    onAnswer: ({ method, route, status, ms }) => requests.observe({ method, route, status }, ms / 1_000),
    onTry: ({ result, ageMs }) => {
      tries.inc({ result })
      if (result === 'delivered') delivered.observe(Math.max(0, ageMs) / 1_000)
    },
  }
}
