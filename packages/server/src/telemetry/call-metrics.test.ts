import type { CallEventBody } from '@parley/contract/events'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { newId } from '../domain/new-id.ts'
import { talked, unreached } from '../domain/outcome.ts'
import { callMetrics } from './call-metrics.ts'

const latency = {
  endpoint_ms: 300,
  recognition_ms: null,
  first_token_ms: 200,
  first_audio_ms: 350,
  voice_to_voice_ms: 670,
}
const line = {
  packets_sent: 500,
  packets_received: 480,
  packets_lost: 3,
  packets_late: 2,
  jitter_ms: 4,
  longest_gap_ms: 80,
  round_trip_ms: null,
  far_packets_lost: null,
  far_jitter_ms: null,
  one_way_audio: null,
}

async function valuesOf(registry: Registry): Promise<Map<string, number>> {
  const lines = (await registry.metrics()).split('\n').filter(text => text !== '' && !text.startsWith('#'))
  return new Map(lines.map(text => [text.replace(/ \S+$/, ''), Number(text.split(' ').at(-1))]))
}

test('a call leaves its outcome, its turns and what its line counted', async () => {
  const registry = new Registry()
  const watch = callMetrics(registry, () => ({ live: 7, most: 100 }))
  const call = watch({ id: newId(), mode: 'legacy', direction: 'outbound' })
  const events: CallEventBody[] = [
    { type: 'dialing', attempt: 1 },
    { type: 'ringing' },
    { type: 'answered', mode: 'legacy', model: 'm', voice: 'v' },
    { type: 'turn_latency', turn: 1, latency, at_ms: 2_000 },
    { type: 'interruption', at_ms: 3_000, played_ms: 400 },
    { type: 'fault', source: 'voice', detail: '+14155551234 did not answer', at_ms: 4_000 },
  ]
  call.placed(0)
  for (const event of events) call.told(event, 0)
  call.over(talked('agent_ended', 'human'), line)
  watch({ id: newId(), mode: 'realtime', direction: 'inbound' }).over(unreached('busy', 'Busy'), null)

  const values = await valuesOf(registry)
  const of = (name: string) => values.get(name)
  const ended = 'parley_calls_ended_total'
  expect(
    of(`${ended}{direction="outbound",call_status="completed",end_reason="agent_ended",fault="none"}`),
  ).toBe(1)
  expect(of(`${ended}{direction="inbound",call_status="busy",end_reason="none",fault="callee"}`)).toBe(1)
  for (const until of ['placed', 'ringing', 'answered'])
    expect(of(`parley_call_setup_seconds_count{until="${until}"}`), until).toBe(1)
  expect(of('parley_voice_to_voice_seconds_sum{mode="legacy"}')).toBeCloseTo(0.67)
  const stage = (name: string) => of(`parley_turn_stage_seconds_sum{mode="legacy",stage="${name}"}`)
  expect([stage('endpoint'), stage('model'), stage('synthesis'), stage('playout')]).toEqual(
    [0.3, 0.2, 0.15, 0.02].map(seconds => expect.closeTo(seconds)),
  )
  expect(stage('recognition')).toBeUndefined()
  expect(of('parley_interruptions_total')).toBe(1)
  expect(of('parley_call_faults_total{source="voice"}')).toBe(1)
  const packets = ['sent', 'received', 'lost', 'late'].map(what =>
    of(`parley_rtp_packets_total{what="${what}"}`),
  )
  expect(packets).toEqual([500, 480, 3, 2])
  expect(of('parley_rtp_jitter_seconds_sum')).toBeCloseTo(0.004)
  expect(of('parley_calls_live')).toBe(7)
  expect(of('parley_calls_most')).toBe(100)
  expect([...values.keys()].join()).not.toMatch(/\+1415/)
})
