import {
  openOpenAiRealtime,
  type OpenAiRealtimeOptions,
} from '@parley/rehearsal/stand-ins/openai-realtime/open-openai-realtime'
import type { StandIn } from '@parley/rehearsal/stand-ins/stand-in'
import { toneSpeech } from '@parley/rehearsal/stand-ins/tone-speech'
import { afterEach, describe, expect, test } from 'vitest'
import type { Voice, VoiceSession } from '../../src/speech/port.ts'
import { openAiRealtime, type OpenAiRealtimeConfig } from '../../src/speech/realtime/openai/open-openai.ts'
import { session, silence, VoiceProbe } from './voice-probe.ts'

const KEY = 'sk-canary-5f1d'
const closing: AsyncDisposable[] = []
afterEach(async () => {
  for (const each of closing.splice(0).toReversed()) await each[Symbol.asyncDispose]()
})

async function standIn(options: OpenAiRealtimeOptions = {}): Promise<StandIn> {
  const server = await openOpenAiRealtime({ apiKey: KEY, ...options })
  closing.push(server)
  return server
}

async function open(
  server: StandIn,
  config: Partial<OpenAiRealtimeConfig> = {},
  wanted: Partial<VoiceSession> = {},
): Promise<VoiceProbe> {
  const voices = openAiRealtime({ apiKey: KEY, baseUrl: `${server.url}/v1`, ...config })
  const voice: Voice = await voices.open({ ...session, ...wanted }, AbortSignal.timeout(5000))
  closing.push(voice)
  return new VoiceProbe(voice)
}

const asked = (server: StandIn, type: string) =>
  server.log.filter(entry => entry.direction === 'in' && entry.type === type)

describe('OpenAI Realtime', () => {
  test('a model that strays from the words is told of, the call goes on', async () => {
    const server = await standIn({ script: { reply: () => ({ text: 'Sure, how may I help you today?' }) } })
    const probe = await open(server)
    probe.voice.say('opening', 'Hi John, this is Sarah.')
    await probe.until('reply_done')
    expect(probe.of('fault')).toMatchObject([
      { fatal: false, fault: { kind: 'protocol', provider: 'openai' } },
    ])
    expect(probe.of('reply_done')).toMatchObject([{ result: 'complete' }])
  })

  test('hears the callee on the media clock, and answers when it is asked, not before', async () => {
    const server = await standIn({ script: { transcribe: () => 'yes that works' } })
    const probe = await open(server)
    await probe.hear(silence(1000))
    await probe.hear(toneSpeech('yesyesyesyes works'))
    await probe.hear(silence(800))
    await probe.until('speech_stopped')
    await expect.poll(() => probe.of('heard').some(({ final }) => final)).toBe(true)
    expect(probe.of('reply_started')).toEqual([])
    probe.voice.respond('asked')
    await probe.until('reply_done')
    const [started] = probe.of('speech_started')
    const [stopped] = probe.of('speech_stopped')
    expect(started?.atMs).toBeGreaterThanOrEqual(980)
    expect(started?.atMs).toBeLessThanOrEqual(1040)
    expect((stopped?.atMs ?? 0) - (started?.atMs ?? 0)).toBeGreaterThan(800)
    expect(probe.of('heard').map(event => [event.text, event.final])).toEqual([
      ['yes', false],
      ['yes that', false],
      ['yes that works', false],
      ['yes that works', true],
    ])
    expect(probe.text('asked')).toBe('You said yes that works.')
  })

  test('speech of the callee stops nothing, interrupting truncates the reply at what was played', async () => {
    const server = await standIn({ pace: { betweenDeltasMs: 40 } })
    const probe = await open(server)
    probe.voice.say('opening', 'This is a rather long sentence that goes on for quite a while.')
    await probe.until('reply_audio', 5)
    await probe.hear(toneSpeech('waitwaitwait'))
    await probe.until('speech_started')
    const audible = probe.of('reply_audio').length
    await expect.poll(() => probe.of('reply_audio').length).toBeGreaterThan(audible)
    expect(asked(server, 'response.cancel')).toEqual([])
    probe.voice.interrupt('opening', 240)
    await probe.until('reply_done')
    await expect
      .poll(() => asked(server, 'conversation.item.truncate'))
      .toMatchObject([{ body: { audio_end_ms: 240, content_index: 0 } }])
    expect(asked(server, 'response.cancel')).toHaveLength(1)
    expect(probe.of('reply_done')).toEqual([{ type: 'reply_done', replyId: 'opening', result: 'cancelled' }])
    await expect.poll(() => server.log.some(entry => entry.type === 'conversation.item.truncated')).toBe(true)
    expect(probe.of('fault')).toEqual([])
  })

  test('an interruption without speech cancels the response, whose late deltas are dropped', async () => {
    const server = await standIn({ pace: { betweenDeltasMs: 5 } })
    const probe = await open(server)
    probe.voice.say('opening', 'This is a rather long sentence that goes on for quite a while.')
    await probe.until('reply_audio', 2)
    probe.voice.interrupt('opening', 20)
    const told = probe.events.length
    probe.voice.say('next', 'Goodbye.')
    await probe.until('reply_done', 2)
    expect(asked(server, 'response.cancel')).toHaveLength(1)
    expect(
      probe.events.slice(told).filter(event => 'replyId' in event && event.replyId === 'opening'),
    ).toEqual([])
    expect(probe.text('next')).toBe('Goodbye.')
    expect(probe.of('fault')).toEqual([])
  })

  test('a finished reply can still be cut where playing stopped', async () => {
    const server = await standIn()
    const probe = await open(server)
    probe.voice.say('opening', 'Hello there, how are you?')
    await probe.until('reply_done')
    probe.voice.interrupt('opening', 300)
    probe.voice.interrupt('opening', 300)
    probe.voice.interrupt('nobody', 300)
    await expect.poll(() => asked(server, 'conversation.item.truncate')).toHaveLength(1)
    expect(probe.of('reply_done')).toHaveLength(1)
  })

  test('a second reply waits for the first', async () => {
    const server = await standIn({ pace: { betweenDeltasMs: 20, firstDeltaMs: 100 } })
    const probe = await open(server)
    await probe.hear(toneSpeech('hellohellohello'))
    await probe.hear(silence(800))
    probe.voice.say('mine', 'One moment please.')
    probe.voice.respond('after', 'Be nice.')
    await probe.until('reply_done', 2)
    expect(probe.of('reply_done').every(event => event.result === 'complete')).toBe(true)
    const started = probe.of('reply_started').map(event => event.replyId)
    expect(started).toEqual(['mine', 'after'])
    expect(probe.of('fault')).toEqual([])
  })

  test('guidance stands beside the prompt, told text goes into the conversation', async () => {
    const server = await standIn()
    const probe = await open(server)
    probe.voice.instruct('Wrap up.')
    probe.voice.tell('pressed 1')
    probe.voice.respond('r1', 'Say goodbye.')
    await probe.until('reply_done')
    expect(asked(server, 'response.create')).toMatchObject([
      { body: { response: { instructions: 'You confirm appointments.\n\nSay goodbye.' } } },
    ])
    expect(asked(server, 'conversation.item.create')).toMatchObject([
      { body: { item: { role: 'system', content: [{ text: 'Wrap up.' }] } } },
      { body: { item: { role: 'user', content: [{ text: 'pressed 1' }] } } },
    ])
    expect(asked(server, 'invalid')).toEqual([])
  })

  test('an untranscribable turn ends with an empty final', async () => {
    const probe = await open(await standIn({ script: { transcribe: () => null } }))
    await probe.hear(toneSpeech('mumblemumble'))
    await probe.hear(silence(800))
    await probe.until('heard')
    expect(probe.of('heard')).toMatchObject([{ text: '', final: true }])
  })
})

describe('faults of OpenAI Realtime', () => {
  test('a session the server refuses does not open', async () => {
    await expect(open(await standIn(), {}, { language: 'klingon-x' })).rejects.toMatchObject({
      kind: 'refused',
    })
  })

  test('a failed response fails its reply', async () => {
    const failure = { code: 'insufficient_quota', message: 'You exceeded your current quota.' }
    const probe = await open(await standIn({ script: { reply: () => ({ failure }) } }))
    probe.voice.respond('r1')
    await probe.until('reply_done')
    expect(probe.of('fault')).toMatchObject([{ fatal: true, fault: { kind: 'quota' } }])
    expect(probe.of('reply_done')).toMatchObject([{ result: 'failed' }])
  })

  test('a model that never begins is given up after six seconds', async () => {
    const probe = await open(await standIn({ script: { reply: () => ({ hangs: true }) } }))
    probe.voice.respond('r1')
    await probe.until('reply_done', 1, 8000)
    expect(probe.of('fault')).toMatchObject([{ fatal: false, fault: { kind: 'timeout' } }])
  }, 12_000)
})
