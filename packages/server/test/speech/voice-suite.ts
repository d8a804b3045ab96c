import type { OpenAiRealtimeOptions } from '@parley/rehearsal/stand-ins/openai-realtime/open-openai-realtime'
import type { StandIn } from '@parley/rehearsal/stand-ins/stand-in'
import { toneSpeech } from '@parley/rehearsal/stand-ins/tone-speech'
import { afterEach, describe, expect, test } from 'vitest'
import type { VoiceSession, Voices } from '../../src/speech/port.ts'
import type { SocketDeadlines } from '../../src/speech/socket-session.ts'
import { session, silence, VoiceProbe } from './voice-probe.ts'

/** What one provider brings to the suite that every speech-to-speech model has to pass. */
export interface VoiceUnderTest {
  readonly provider: string
  readonly model: string
  readonly voice: string
  standIn(options: OpenAiRealtimeOptions): Promise<StandIn>
  voices(server: StandIn, config: { apiKey: string; deadlines?: Partial<SocketDeadlines> }): Voices
}

const KEY = 'key-canary-5f1d'

/** The voice port, as the conversation relies on it. */
export function voiceSuite(subject: VoiceUnderTest): void {
  const closing: AsyncDisposable[] = []
  afterEach(async () => {
    for (const each of closing.splice(0).toReversed()) await each[Symbol.asyncDispose]()
  })

  async function standIn(options: OpenAiRealtimeOptions = {}): Promise<StandIn> {
    const server = await subject.standIn({ apiKey: KEY, ...options })
    closing.push(server)
    return server
  }

  async function open(
    server: StandIn,
    config: { apiKey?: string; deadlines?: Partial<SocketDeadlines> } = {},
  ): Promise<VoiceProbe> {
    const wanted: VoiceSession = { ...session, model: subject.model, voice: subject.voice }
    const voices = subject.voices(server, { apiKey: KEY, ...config })
    const voice = await voices.open(wanted, AbortSignal.timeout(5000))
    closing.push(voice)
    return new VoiceProbe(voice)
  }

  const invalid = (server: StandIn) => server.log.filter(entry => entry.type === 'invalid')

  describe(`the voice of ${subject.provider}`, () => {
    test('says the given words and verifies them', async () => {
      const server = await standIn()
      const probe = await open(server)
      expect(probe.voice.capabilities.needsWords).toBe(false)
      probe.voice.say('opening', 'Hi John, this is Sarah from Bright Dental.')
      await probe.until('reply_done')
      expect(probe.text('opening').trim()).toBe('Hi John, this is Sarah from Bright Dental.')
      expect(probe.audioMs('opening')).toBeGreaterThan(1500)
      const types = probe.events.map(event => event.type)
      expect(types.filter(type => !/^reply_(text|audio)$/u.test(type))).toEqual([
        'reply_started',
        'first_token',
        'reply_done',
      ])
      const offsets = probe.of('reply_text').map(event => event.offsetMs)
      expect(offsets).toEqual(offsets.toSorted((a, b) => a - b))
      expect(invalid(server)).toEqual([])
    })

    test('hears the callee on the media clock, and answers by itself or when it is asked', async () => {
      const probe = await open(await standIn({ script: { transcribe: () => 'yes that works' } }))
      await probe.hear(silence(1000))
      await probe.hear(toneSpeech('yesyesyesyes works'))
      await probe.hear(silence(800))
      await probe.until('speech_stopped')
      if (!probe.voice.capabilities.takesTurns) probe.voice.respond('asked')
      await probe.until('reply_done')
      const [started] = probe.of('speech_started')
      const [stopped] = probe.of('speech_stopped')
      expect(started?.atMs).toBeGreaterThanOrEqual(900)
      expect(stopped?.atMs).toBeGreaterThan(started?.atMs ?? 0)
      expect(stopped?.atMs).toBeLessThanOrEqual(3300)
      const heard = probe.of('heard')
      expect(heard.at(-1)).toMatchObject({ text: 'yes that works', final: true })
      expect(heard.filter(event => event.final)).toHaveLength(1)
      expect(heard.length).toBeGreaterThan(1)
      const replyId = probe.of('reply_started')[0]?.replyId ?? ''
      expect(probe.text(replyId).trim()).toBe('You said yes that works.')
      expect(probe.of('fault')).toEqual([])
    })

    test('an interrupted reply ends at once, and nothing more is told of it', async () => {
      const server = await standIn({ pace: { betweenDeltasMs: 10 } })
      const probe = await open(server)
      probe.voice.say('opening', 'This is a rather long sentence that goes on for quite a while.')
      await probe.until('reply_audio', 2)
      probe.voice.interrupt('opening', 20)
      expect(probe.of('reply_done')).toMatchObject([{ replyId: 'opening', result: 'cancelled' }])
      const told = probe.events.length
      probe.voice.say('next', 'Goodbye.')
      await probe.until('reply_done', 2)
      const later = probe.events.slice(told).filter(event => 'replyId' in event)
      expect(later.every(event => event.replyId === 'next')).toBe(true)
      expect(probe.text('next').trim()).toBe('Goodbye.')
      expect(probe.of('fault')).toEqual([])
      expect(invalid(server)).toEqual([])
    })

    test('a callee who speaks stops the reply', async () => {
      const server = await standIn({ pace: { betweenDeltasMs: 40 } })
      const probe = await open(server)
      probe.voice.say('opening', 'This is a rather long sentence that goes on for quite a while.')
      await probe.until('reply_audio', 3)
      await probe.hear(toneSpeech('waitwaitwait'))
      await probe.until('speech_started')
      probe.voice.interrupt('opening', 240)
      await probe.until('reply_done')
      expect(probe.of('reply_done')).toMatchObject([{ replyId: 'opening', result: 'cancelled' }])
      await probe.hear(silence(800))
      await probe.until('speech_stopped')
      if (!probe.voice.capabilities.takesTurns) probe.voice.respond('asked')
      await probe.until('reply_done', 2)
      expect(probe.of('reply_done')[1]).toMatchObject({ result: 'complete' })
      expect(probe.of('fault')).toEqual([])
      expect(invalid(server)).toEqual([])
    })

    test('a second reply waits for the first', async () => {
      const probe = await open(await standIn({ pace: { betweenDeltasMs: 20, firstDeltaMs: 100 } }))
      probe.voice.say('mine', 'One moment please.')
      probe.voice.respond('after', 'Be nice.')
      await probe.until('reply_done', 2)
      expect(probe.of('reply_done').map(({ replyId, result }) => [replyId, result])).toEqual([
        ['mine', 'complete'],
        ['after', 'complete'],
      ])
      const started = probe.of('reply_started').map(event => event.replyId)
      expect(started).toEqual(['mine', 'after'])
      expect(probe.of('fault')).toEqual([])
    })

    test('tools are called and answered', async () => {
      const server = await standIn({
        script: {
          reply: ({ toolResult }) =>
            toolResult === null
              ? { text: 'One moment.', call: { name: 'end_call', arguments: '{"reason":"done"}' } }
              : { text: `The tool said ${toolResult}` },
        },
      })
      const probe = await open(server)
      probe.voice.respond('r1')
      await probe.until('reply_done')
      const [call] = probe.of('tool_call')
      expect(call).toMatchObject({ replyId: 'r1', name: 'end_call', arguments: '{"reason":"done"}' })
      const order = probe.events.map(event => event.type)
      expect(order.indexOf('tool_call')).toBeLessThan(order.indexOf('reply_done'))
      probe.voice.answerTool(call?.toolCallId ?? '', { ok: true })
      probe.voice.respond('r2')
      await probe.until('reply_done', 2)
      expect(probe.text('r2').trim()).toBe('The tool said {"ok":true}')
      expect(invalid(server)).toEqual([])
    })

    test('guidance, instructions and pressed keys reach the model', async () => {
      const server = await standIn()
      const probe = await open(server)
      probe.voice.instruct('Wrap up soon.')
      probe.voice.tell('pressed 1')
      probe.voice.respond('r1', 'Say goodbye.')
      await probe.until('reply_done')
      const sent = JSON.stringify(server.log.filter(entry => entry.direction === 'in'))
      for (const words of ['You confirm appointments.', 'Wrap up soon.', 'pressed 1', 'Say goodbye.']) {
        expect(sent).toContain(words)
      }
      expect(invalid(server)).toEqual([])
      expect(probe.of('fault')).toEqual([])
    })

    test('unknown replies are not interrupted', async () => {
      const probe = await open(await standIn())
      probe.voice.interrupt('nobody', 300)
      probe.voice.say('opening', 'Hello.')
      await probe.until('reply_done')
      expect(probe.of('reply_done')).toMatchObject([{ replyId: 'opening', result: 'complete' }])
    })

    test.each([
      [401, 'unauthorized'],
      [429, 'rate_limited'],
      [503, 'unreachable'],
    ])('HTTP %i is %s, and no key stands in the error', async (status, kind) => {
      const server = await standIn()
      server.faults.refuse(status)
      const error = await open(server).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ name: 'VoiceFault', kind, provider: subject.provider })
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(KEY)
    })

    test('a wrong key is refused', async () => {
      const opening = open(await standIn(), { apiKey: 'key-wrong' })
      await expect(opening).rejects.toMatchObject({ kind: 'unauthorized' })
    })

    test('nobody there', async () => {
      const server = await subject.standIn({})
      await server[Symbol.asyncDispose]()
      await expect(open(server)).rejects.toMatchObject({ kind: 'unreachable' })
    })

    test('a dropped socket is fatal and fails the reply under way', async () => {
      const server = await standIn({ pace: { betweenDeltasMs: 50 } })
      const probe = await open(server)
      probe.voice.say('opening', 'A sentence that will not be finished.')
      await probe.until('reply_audio')
      server.faults.drop()
      await probe.until('fault')
      expect(probe.of('fault')).toMatchObject([{ fatal: true, fault: { kind: 'unreachable' } }])
      expect(probe.of('reply_done')).toMatchObject([{ replyId: 'opening', result: 'failed' }])
    })

    test('a half-open socket is found', async () => {
      const server = await standIn()
      const probe = await open(server, { deadlines: { pingMs: 50, silentMs: 200 } })
      server.faults.stall()
      await probe.until('fault')
      expect(probe.of('fault')).toMatchObject([{ fatal: true, fault: { kind: 'timeout' } }])
    })

    test('garbage is told of and does no harm', async () => {
      const server = await standIn()
      const probe = await open(server)
      server.faults.garble()
      await probe.until('fault')
      probe.voice.say('next', 'Still here.')
      await probe.until('reply_done')
      expect(probe.of('fault')).toMatchObject([{ fatal: false, fault: { kind: 'protocol' } }])
      expect(probe.text('next').trim()).toBe('Still here.')
    })

    test('nothing is told after disposing', async () => {
      const probe = await open(await standIn())
      probe.voice.say('opening', 'Hello there.')
      await probe.until('reply_audio')
      await probe.voice[Symbol.asyncDispose]()
      const told = probe.events.length
      probe.voice.say('more', 'No.')
      await new Promise(resolve => setTimeout(resolve, 100))
      expect(probe.events).toHaveLength(told)
    })
  })
}
