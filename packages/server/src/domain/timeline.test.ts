import type { CallEvent, CallEventBody, TranscriptEntry } from '@parley/contract/events'
import { expect, test } from 'vitest'
import { stagesOf, timelineOf } from './timeline.ts'

const placedAt = Date.parse('2026-01-31T12:00:00.000Z')

function eventsOf(...told: readonly (readonly [ms: number, body: CallEventBody])[]): CallEvent[] {
  return told.map(([ms, body], index) => ({
    sequence: index + 1,
    occurred_at: new Date(placedAt + ms).toISOString(),
    ...body,
  }))
}

const line = (user: TranscriptEntry['user'], start_ms: number, end_ms: number): CallEventBody => ({
  type: 'transcript',
  entry: { id: '-', user, text: 'Yes.', created_at: '-', start_ms, end_ms, interrupted: false },
})
const answered: CallEventBody = { type: 'answered', mode: 'legacy', model: 'm', voice: 'v' }
const ended: CallEventBody = {
  type: 'ended',
  call_status: 'completed',
  end_reason: 'agent_ended',
  error_message: null,
}
const latency = {
  endpoint_ms: 300,
  recognition_ms: 20,
  first_token_ms: 200,
  first_audio_ms: 350,
  voice_to_voice_ms: 670,
}
const brief = (events: CallEvent[]) =>
  timelineOf(events).spans.map(({ kind, start_ms, end_ms, turn, name }) =>
    [kind, start_ms, end_ms, turn ?? name].filter(part => part !== null),
  )

test('a whole call: phases by the time of day, turns and tools by the media clock', () => {
  const events = eventsOf(
    [0, { type: 'queued' }],
    [40, { type: 'dialing', attempt: 1 }],
    [300, { type: 'ringing' }],
    [2_000, answered],
    [2_000, { type: 'prompt', text: 'You are on the phone.' }],
    [5_000, line('user', 1_000, 2_000)],
    [5_000, { type: 'turn_latency', turn: 1, latency, at_ms: 2_670 }],
    [6_000, { type: 'tool_call', tool_call_id: 'a', name: 'end_call', arguments: {}, at_ms: 3_000 }],
    [
      6_000,
      { type: 'tool_result', tool_call_id: 'a', name: 'end_call', ok: true, result: null, at_ms: 3_100 },
    ],
    [9_000, ended],
    [9_400, { type: 'analysed', summary: null, disposition: null }],
  )
  expect(timelineOf(events)).toMatchObject({ answered_ms: 2_000, prompt: 'You are on the phone.' })
  expect(brief(events)).toEqual([
    ['queue', 0, 40],
    ['dial', 40, 300],
    ['ring', 300, 2_000],
    ['talk', 2_000, 9_000],
    ['speech', 3_000, 4_000, 'user'],
    ['turn', 4_000, 4_670, 1],
    ['endpoint', 4_000, 4_300, 1],
    ['recognition', 4_300, 4_320, 1],
    ['model', 4_300, 4_500, 1],
    ['synthesis', 4_500, 4_650, 1],
    ['playout', 4_650, 4_670, 1],
    ['tool', 5_000, 5_100, 'end_call'],
    ['aftercall', 9_000, 9_400],
  ])
})

test.each<{ told: string; events: CallEvent[]; spans: unknown[] }>([
  { told: 'nothing', events: [], spans: [['queue', 0]] },
  { told: 'waits', events: eventsOf([0, { type: 'queued' }]), spans: [['queue', 0]] },
  {
    told: 'was cancelled before it was dialled',
    events: eventsOf([0, { type: 'queued' }], [90, ended]),
    spans: [['queue', 0, 90]],
  },
  {
    told: 'was busy',
    events: eventsOf([0, { type: 'queued' }], [10, { type: 'dialing', attempt: 1 }], [50, ended]),
    spans: [
      ['queue', 0, 10],
      ['dial', 10, 50],
    ],
  },
  {
    told: 'came in and is being talked',
    events: eventsOf([0, { type: 'ringing' }], [30, answered], [900, line('dtmf', 10, 20)]),
    spans: [
      ['ring', 0, 30],
      ['talk', 30],
    ],
  },
  {
    told: 'had a clock set back',
    events: eventsOf([0, { type: 'queued' }], [500, { type: 'dialing', attempt: 1 }], [100, answered]),
    spans: [
      ['queue', 0, 500],
      ['dial', 500, 500],
      ['talk', 500],
    ],
  },
])('a call that $told', ({ events, spans }) => {
  expect(brief(events)).toEqual(spans)
})

test.each([
  {
    measured: {},
    stages: 'endpoint 0-300 recognition 300-320 model 300-500 synthesis 500-650 playout 650-670',
  },
  {
    measured: { first_token_ms: null },
    stages: 'endpoint 0-300 recognition 300-320 synthesis 300-650 playout 650-670',
  },
  {
    measured: { recognition_ms: null, first_audio_ms: null },
    stages: 'endpoint 0-300 model 300-500 playout 500-670',
  },
  {
    measured: { endpoint_ms: null, recognition_ms: null, first_token_ms: null, first_audio_ms: null },
    stages: 'playout 0-670',
  },
  // Speech that was made before the turn was sure: nothing ends before it begins.
  {
    measured: { first_audio_ms: 100, recognition_ms: null },
    stages: 'endpoint 0-300 model 300-500 synthesis 500-500 playout 400-670',
  },
])('stages of $measured', ({ measured, stages }) => {
  const told = stagesOf({ ...latency, ...measured }).map(
    ({ kind, fromMs, toMs }) => `${kind} ${fromMs}-${toMs}`,
  )
  expect(told.join(' ')).toBe(stages)
})
