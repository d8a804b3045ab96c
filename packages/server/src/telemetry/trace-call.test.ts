import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { CallEventBody } from '@parley/contract/events'
import { expect, test } from 'vitest'
import { newId } from '../domain/new-id.ts'
import { talked, unreached } from '../domain/outcome.ts'
import { traceCalls } from './trace-call.ts'

const startedAt = Date.parse('2026-01-31T12:00:00.000Z')
const secret = 'My card is 4111 1111 1111 1111'
const latency = {
  endpoint_ms: 300,
  recognition_ms: 20,
  first_token_ms: 200,
  first_audio_ms: 350,
  voice_to_voice_ms: 670,
}
const talk: readonly (readonly [ms: number, event: CallEventBody])[] = [
  [0, { type: 'dialing', attempt: 1 }],
  [200, { type: 'ringing' }],
  [1_000, { type: 'answered', mode: 'legacy', model: 'm', voice: 'v' }],
  [1_000, { type: 'prompt', text: secret }],
  [
    3_000,
    {
      type: 'transcript',
      entry: {
        id: '-',
        user: 'user',
        text: secret,
        created_at: '-',
        start_ms: 500,
        end_ms: 1_500,
        interrupted: false,
      },
    },
  ],
  [3_200, { type: 'turn_latency', turn: 1, latency, at_ms: 2_170 }],
  [
    4_000,
    { type: 'tool_call', tool_call_id: 'a', name: 'end_call', arguments: { why: secret }, at_ms: 2_500 },
  ],
  [5_000, { type: 'ended', call_status: 'completed', end_reason: 'agent_ended', error_message: null }],
]

function tracing() {
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
  return { exporter, watch: traceCalls(provider.getTracer('test')) }
}

const ms = ([seconds, nanoseconds]: ReadableSpan['startTime']) =>
  Math.round(seconds * 1_000 + nanoseconds / 1e6) - startedAt

test('call → talk → turn → stage, with the times of the timeline and not a word of the talk', () => {
  const { exporter, watch } = tracing()
  const call = watch({ id: newId(), mode: 'legacy', direction: 'outbound' })
  for (const [at, event] of talk) call.told(event, startedAt + at)
  call.over(talked('agent_ended', 'human'), null)

  const spans = exporter.getFinishedSpans()
  const names = new Map(spans.map(span => [span.spanContext().spanId, span.name]))
  const told = spans.map(span => {
    const parent = names.get(span.parentSpanContext?.spanId ?? '') ?? null
    return [parent, span.name, ms(span.startTime), ms(span.endTime)]
  })
  expect(told).toEqual(
    expect.arrayContaining([
      [null, 'call', 0, 5_000],
      ['call', 'dial', 0, 200],
      ['call', 'ring', 200, 1_000],
      ['call', 'talk', 1_000, 5_000],
      ['talk', 'speech', 1_500, 2_500],
      ['talk', 'turn', 2_500, 3_170],
      ['turn', 'endpoint', 2_500, 2_800],
      ['turn', 'recognition', 2_800, 2_820],
      ['turn', 'model', 2_800, 3_000],
      ['turn', 'synthesis', 3_000, 3_150],
      ['turn', 'playout', 3_150, 3_170],
      // It never came back: it lasted until the end.
      ['talk', 'tool', 3_500, 5_000],
    ]),
  )
  expect(told).toHaveLength(12)
  expect(new Set(spans.map(span => span.spanContext().traceId)).size).toBe(1)
  const whole = spans.find(({ name }) => name === 'call')
  expect(whole?.attributes).toMatchObject({ 'parley.end_reason': 'agent_ended', 'parley.fault': 'none' })
  expect(JSON.stringify(spans.map(({ attributes, events }) => [attributes, events]))).not.toContain('4111')
})

test('a call that reached nobody is a failed one', () => {
  const { exporter, watch } = tracing()
  const call = watch({ id: newId(), mode: 'realtime', direction: 'outbound' })
  call.told({ type: 'dialing', attempt: 1 }, startedAt)
  call.told({ type: 'ended', call_status: 'busy', end_reason: null, error_message: 'Busy' }, startedAt + 90)
  call.over(unreached('busy', 'Busy'), null)
  const spans = exporter.getFinishedSpans()
  expect(spans.map(({ name }) => name)).toEqual(['dial', 'call'])
  expect(spans[1]).toMatchObject({ status: { code: 2 }, attributes: { 'parley.call_status': 'busy' } })
})
