import type { LineQuality } from '@parley/contract/line-quality'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { CallWatch, WatchCall, WatchedCall } from '../domain/call-watch.ts'
import { stagesOf } from '../domain/timeline.ts'

/** Steps that follow speech: a turn is good below half a second and lost above two. */
const turnBuckets = [0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 6]
const setUpBuckets = [0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 45]
const lineBuckets = [0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.2, 0.5, 1, 5]

export interface LiveCallCount {
  readonly live: number
  /** How many may be live at most. */
  readonly most: number
}

/**
 * Figures of the calls of one worker. Labels have few values, all of them ours: nothing of a person or a
 * customer is among them.
 */
export function callMetrics(registry: Registry, countCalls: () => LiveCallCount): WatchCall {
  const metrics = describeCalls(registry)
  describeLoad(registry, countCalls)
  return call => new CountedCall(call, metrics)
}

type CallMetrics = ReturnType<typeof describeCalls>

function describeCalls(registry: Registry) {
  const registers = [registry]
  return {
    ended: new Counter({
      name: 'parley_calls_ended_total',
      help: 'Calls by how they ended and whose doing that was',
      labelNames: ['direction', 'call_status', 'end_reason', 'fault'],
      registers,
    }),
    setUp: new Histogram({
      name: 'parley_call_setup_seconds',
      help: 'From a worker taking a call until it was placed, rang and was answered',
      labelNames: ['until'],
      buckets: setUpBuckets,
      registers,
    }),
    voiceToVoice: new Histogram({
      name: 'parley_voice_to_voice_seconds',
      help: "From the end of the callee's speech on the line to the first packet of the reply",
      labelNames: ['mode'],
      buckets: turnBuckets,
      registers,
    }),
    stage: new Histogram({
      name: 'parley_turn_stage_seconds',
      help: 'Where the time of a turn went',
      labelNames: ['mode', 'stage'],
      buckets: turnBuckets,
      registers,
    }),
    interruptions: new Counter({
      name: 'parley_interruptions_total',
      help: 'Replies that the callee stopped',
      registers,
    }),
    faults: new Counter({
      name: 'parley_call_faults_total',
      help: 'Trouble during calls',
      labelNames: ['source'],
      registers,
    }),
    ...describeLines(registers),
  }
}

function describeLines(registers: Registry[]) {
  return {
    packets: new Counter({
      name: 'parley_rtp_packets_total',
      help: 'RTP packets of ended calls; late ones came after they had been given up',
      labelNames: ['what'],
      registers,
    }),
    jitter: new Histogram({
      name: 'parley_rtp_jitter_seconds',
      help: 'Interarrival jitter (RFC 3550) at the end of a call',
      buckets: lineBuckets,
      registers,
    }),
    gap: new Histogram({
      name: 'parley_rtp_longest_gap_seconds',
      help: 'Longest time between two packets received in a call',
      buckets: lineBuckets,
      registers,
    }),
  }
}

function describeLoad(registry: Registry, countCalls: () => LiveCallCount): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  gauge('parley_calls_live', 'Calls this worker is busy with', () => countCalls().live)
  gauge('parley_calls_most', 'Calls this worker takes at most', () => countCalls().most)
}

class CountedCall implements CallWatch {
  readonly #call: WatchedCall
  readonly #metrics: CallMetrics
  readonly #takenMs = performance.now()

  constructor(call: WatchedCall, metrics: CallMetrics) {
    this.#call = call
    this.#metrics = metrics
  }

  told(event: Parameters<CallWatch['told']>[0]): void {
    const { interruptions, faults } = this.#metrics
    switch (event.type) {
      case 'ringing':
      case 'answered':
        return this.#reached(event.type)
      case 'turn_latency':
        return this.#turn(event.latency)
      case 'interruption':
        return interruptions.inc()
      case 'fault':
        return faults.inc({ source: event.source })
      default:
        return
    }
  }

  placed(): void {
    this.#reached('placed')
  }

  over(...[outcome, line]: Parameters<CallWatch['over']>): void {
    const { callStatus: call_status, endReason, fault } = outcome
    const { direction } = this.#call
    this.#metrics.ended.inc({ direction, call_status, end_reason: endReason ?? 'none', fault })
    if (line !== null) this.#line(line)
  }

  #reached(until: 'placed' | 'ringing' | 'answered'): void {
    this.#metrics.setUp.observe({ until }, (performance.now() - this.#takenMs) / 1_000)
  }

  #turn(latency: Parameters<typeof stagesOf>[0]): void {
    const { mode } = this.#call
    this.#metrics.voiceToVoice.observe({ mode }, latency.voice_to_voice_ms / 1_000)
    for (const { kind: stage, fromMs, toMs } of stagesOf(latency))
      this.#metrics.stage.observe({ mode, stage }, (toMs - fromMs) / 1_000)
  }

  #line(line: LineQuality): void {
    const { packets, jitter, gap } = this.#metrics
    packets.inc({ what: 'sent' }, line.packets_sent)
    packets.inc({ what: 'received' }, line.packets_received)
    // Duplicates can make the sum of what came larger than what was expected (RFC 3550, A.3).
    packets.inc({ what: 'lost' }, Math.max(0, line.packets_lost))
    packets.inc({ what: 'late' }, line.packets_late)
    jitter.observe(line.jitter_ms / 1_000)
    gap.observe(line.longest_gap_ms / 1_000)
  }
}
