import { readFile } from 'node:fs/promises'
import { levelDbfs } from '@parley/wire/audio/level'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CallEnd } from '../../src/person/person-event.ts'
import { callsInTurn, type FinishedCall, firstSentence, openPlatform, type Platform } from './platform.ts'

/** Each test is one phone call to a person with a temper, over real SIP and RTP, with the local engines. */
let platform: Platform
let calls: Record<Story, Promise<FinishedCall>>
type Story = keyof ReturnType<typeof stories>

let attempt = 0
const repeated = new Map<string, Promise<FinishedCall>>()

const confirms = '+14155551234'
const legacy = { mode: 'legacy' }

function stories(to: Platform) {
  return {
    realtime: () => to.call(confirms),
    legacy: () => to.call(confirms, legacy),
    busy: () => to.call('+14155551209'),
    rejects: () => to.call('+14155551211'),
    noAnswer: () => to.call('+14155551210'),
    interrupts: () => to.call('+14155551201'),
    interruptsLegacy: () => to.call('+14155551201', legacy),
    saysGoodbye: () => to.call('+14155551202'),
    reschedules: () => to.call('+14155551203', legacy),
    silent: () => to.call('+14155551205'),
    voicemail: () => to.call('+14155551206'),
    hangsUp: () => to.call('+14155551207'),
    vanishes: () => to.call('+14155551208'),
    stopped: () => stopOnceAnswered(to, {}),
    stoppedPolitely: () => stopOnceAnswered(to, { farewell: true }),
    opens: () => to.call(confirms, { first_sentence: undefined }),
  }
}

beforeAll(async () => {
  platform = await openPlatform()
  calls = callsInTurn(2, stories(platform))
}, 120_000)

beforeEach(({ task }) => {
  attempt = task.result?.retryCount ?? 0
})

afterAll(() => platform?.[Symbol.asyncDispose](), 60_000)

const wait = { timeout: 600_000 }

async function stopOnceAnswered(to: Platform, body: object): Promise<FinishedCall> {
  const id = await to.place(confirms)
  for await (const event of to.events(id)) if (event.type === 'answered') break
  const answer = await to.request('POST', `/v1/calls/${id}/stop`, body)
  expect(answer).toEqual({ status: 200, body: { ok: true, status: 'cancelled' } })
  return await to.finished(id)
}

/** The call of a story; when its test is tried again, a new one. */
function callOf(story: Story): Promise<FinishedCall> {
  if (attempt === 0) return calls[story]
  const key = `${story} ${attempt}`
  const again = repeated.get(key) ?? stories(platform)[story]()
  repeated.set(key, again)
  return again
}

function said(call: FinishedCall, user: 'assistant' | 'user'): string[] {
  return call.call.transcript.filter(line => line.user === user).map(line => line.text)
}

function ended(call: FinishedCall): CallEnd {
  const end = call.callee.find(note => note.event === 'ended')
  if (end?.event !== 'ended') throw new Error(`the callee noted no end: ${JSON.stringify(call.callee)}`)
  return end
}

describe.each(['realtime', 'legacy'] as const)('a callee who confirms, in %s mode', mode => {
  it(
    'is talked to from the first sentence, word for word, to a farewell that is heard whole',
    wait,
    async () => {
      const call = await callOf(mode)
      expect(call.call).toMatchObject({
        status: 'completed',
        call_status: 'completed',
        end_reason: 'agent_ended',
        answered_by: 'human',
        mode,
        completed: true,
      })
      expect(call.call.transcript[0]).toMatchObject({
        user: 'assistant',
        text: firstSentence,
        interrupted: false,
      })
      expect(said(call, 'user').join(' ')).toMatch(/yes|works/i)
      expect(said(call, 'assistant').at(-1)).toMatch(/goodbye/i)
      expect(ended(call)).toMatchObject({ by: 'agent' })
      expect(ended(call).reception.lastVoiceToEndMs).toBeGreaterThanOrEqual(180)
    },
  )

  it('is recorded on two channels, and told to the webhook with summary and recording', wait, async () => {
    const { recording, webhook, call } = await callOf(mode)
    expect(recording?.channels).toHaveLength(2)
    for (const side of recording?.channels ?? []) expect(levelDbfs(side)).toBeGreaterThan(-45)
    expect(webhook).toMatchObject({ verified: true, event: 'call.completed' })
    expect(call.call_summary).toMatch(/confirm/i)
    expect(call.recording_url).toMatch(/^http.*recording/)
    expect((await fetch(String(call.recording_url))).headers.get('content-type')).toMatch(/wav/)
  })

  it('leaves a gapless event sequence and a latency for each answer', wait, async () => {
    const { events, call } = await callOf(mode)
    expect(events.map(event => event.sequence)).toEqual(events.map((_, index) => index + 1))
    expect(events.filter(event => event.type === 'turn_latency').length).toBeGreaterThan(0)
    expect(call.latency).toMatchObject({ turns: expect.any(Number) })
  })

  it('is counted with the latency of its turns, and found by what was said in it', wait, async () => {
    const { id, call, events } = await callOf(mode)
    const from = String(call.created_at)
    const to = new Date(Date.parse(from) + 1).toISOString()
    const only = new URLSearchParams({ from, to, group_by: 'mode' }).toString()
    const { body } = await platform.request('GET', `/v1/analytics?${only}`)
    const waits = events.flatMap(event =>
      event.type === 'turn_latency' ? [event.latency.voice_to_voice_ms] : [],
    )
    expect(body.groups).toMatchObject([
      {
        key: mode,
        calls: 1,
        answered: 1,
        minutes: expect.closeTo(Number(call.duration), 3),
        billed_minutes: expect.closeTo(Number(call.actual_duration_billed), 3),
        latency: { turns: waits.length, voice_to_voice_p95_ms: Math.max(...waits) },
      },
    ])
    const found = await platform.request('GET', `/v1/calls?q=${encodeURIComponent(`"${firstSentence}"`)}`)
    expect((found.body.data as { id: string }[]).map(one => one.id)).toContain(id)
  })

  it(
    'tells where its time went, in the order in which it passed, and all that the agent was told',
    wait,
    async () => {
      const { id, call } = await callOf(mode)
      const { body } = await platform.request('GET', `/v1/calls/${id}/timeline`)
      const spans = body.spans as { kind: string; start_ms: number; end_ms: number }[]
      const of = (kind: string) => spans.filter(span => span.kind === kind)
      for (const phase of ['queue', 'dial', 'ring', 'talk', 'aftercall'])
        expect(of(phase), phase).toHaveLength(1)
      const turns = (call.latency as { turns: number }).turns
      for (const stage of ['turn', 'endpoint', 'playout']) expect(of(stage), stage).toHaveLength(turns)
      for (const { start_ms, end_ms, kind } of spans) expect(end_ms, kind).toBeGreaterThanOrEqual(start_ms)
      const [talk] = of('talk')
      expect(body.answered_ms).toBe(talk?.start_ms)
      for (const turn of of('turn')) {
        expect(turn.start_ms).toBeGreaterThan(talk?.start_ms ?? 0)
        expect(turn.end_ms).toBeLessThan(talk?.end_ms ?? 0)
      }
      expect(body.prompt).toContain('Bright Dental')
    },
  )
})

describe('a callee who', () => {
  it.each(['interrupts', 'interruptsLegacy'] as const)(
    '%s stops the agent in mid-sentence',
    wait,
    async story => {
      const { call, events } = await callOf(story)
      const first = call.transcript.find(line => line.user === 'assistant')
      expect(first?.interrupted).toBe(true)
      expect(firstSentence.startsWith(first?.text ?? '-')).toBe(true)
      expect(first?.text.length).toBeLessThan(firstSentence.length)
      expect(events.some(event => event.type === 'interruption')).toBe(true)
      expect(call.status).toBe('completed')
    },
  )

  it('says goodbye is let go with a farewell', wait, async () => {
    const { call } = await callOf('saysGoodbye')
    expect(call).toMatchObject({ status: 'completed', end_reason: 'agent_ended' })
  })

  it('wants another day is asked for one', wait, async () => {
    const call = await callOf('reschedules')
    expect(call.call.status).toBe('completed')
    expect(said(call, 'assistant').join(' ')).toMatch(/which day|another day|what time/i)
  })

  it.each([
    ['busy', 'busy'],
    ['rejects', 'rejected'],
    ['noAnswer', 'no-answer'],
  ] as const)('%s was not reached: %s', wait, async (story, status) => {
    const { call, webhook } = await callOf(story)
    expect(call).toMatchObject({ status: 'failed', call_status: status, answered_by: 'unknown' })
    expect(webhook).toMatchObject({ verified: true, event: 'call.failed' })
  })

  it('is a machine with a long greeting is hung up on', wait, async () => {
    const { call } = await callOf('voicemail')
    expect(call).toMatchObject({ status: 'completed', end_reason: 'voicemail', answered_by: 'voicemail' })
  })

  it('says nothing is asked once and then left', wait, async () => {
    const call = await callOf('silent')
    expect(call.call).toMatchObject({ status: 'completed', end_reason: 'silence' })
    expect(call.events.filter(event => event.type === 'silence_prompt')).toHaveLength(1)
  })

  it('hangs up ends the call at once', wait, async () => {
    expect((await callOf('hangsUp')).call).toMatchObject({
      status: 'completed',
      end_reason: 'callee_hung_up',
    })
  })

  it('vanishes without a BYE is given up', wait, async () => {
    const { call } = await callOf('vanishes')
    expect(call).toMatchObject({ status: 'completed', end_reason: 'silence' })
    expect(call.error_message).toMatch(/audio/i)
  })
})

describe('a live call', () => {
  it('is hung up when stopped', wait, async () => {
    const call = await callOf('stopped')
    expect(call.call).toMatchObject({ status: 'cancelled', end_reason: 'stopped' })
    expect(ended(call).by).toBe('agent')
  })

  it('says goodbye first when stopped with farewell', wait, async () => {
    const call = await callOf('stoppedPolitely')
    expect(call.call).toMatchObject({ status: 'cancelled', end_reason: 'stopped' })
    expect(said(call, 'assistant').at(-1)).toMatch(/goodbye/i)
  })

  it('opens by itself without a first sentence', wait, async () => {
    expect(said(await callOf('opens'), 'assistant')[0]).toMatch(/Sarah from Bright Dental.*confirm/)
  })
})

describe('a wrong request', () => {
  const place = (change: object) =>
    platform.request('POST', '/v1/calls', {
      phone_number: confirms,
      task: 'Confirm the appointment.',
      voice: 'alloy',
      ...change,
    })

  it('names a phone number that is none, in the agreed words', async () => {
    const seed = JSON.parse(await readFile(new URL('./invalid-phone-number.json', import.meta.url), 'utf8'))
    const { status, body } = await place({ phone_number: '415-555-1234' })
    expect(status).toBe(400)
    expect(body).toMatchObject(seed)
  })

  it('lists the voices when one is unknown', async () => {
    const { status, body } = await place({ voice: 'nobody' })
    expect(status).toBe(400)
    expect(JSON.stringify(body)).toMatch(/alloy/)
  })
})
