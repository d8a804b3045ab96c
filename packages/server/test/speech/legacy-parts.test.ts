import { openDeepgram, type DeepgramOptions } from '@parley/rehearsal/stand-ins/deepgram/open-deepgram'
import {
  openElevenLabs,
  type ElevenLabsOptions,
} from '@parley/rehearsal/stand-ins/elevenlabs/open-elevenlabs'
import { openOpenAiChat, type ChatOptions } from '@parley/rehearsal/stand-ins/openai-chat/open-openai-chat'
import type { StandIn } from '@parley/rehearsal/stand-ins/stand-in'
import { toneSpeech } from '@parley/rehearsal/stand-ins/tone-speech'
import { afterEach, describe, expect, test } from 'vitest'
import { summaryOnly } from '../../src/domain/call-analysis.ts'
import type { AnalysisTerms } from '../../src/domain/call-plan.ts'
import { chatAnalyst } from '../../src/speech/analyst/chat-analyst.ts'
import { chatBrain } from '../../src/speech/cascade/brains/chat/chat-brain.ts'
import type { BrainEvent, BrainRequest, RecognizerEvent } from '../../src/speech/cascade/port.ts'
import {
  deepgramRecognizer,
  type DeepgramConfig,
} from '../../src/speech/cascade/recognizers/deepgram/deepgram.ts'
import {
  elevenLabsSynthesizer,
  type ElevenLabsConfig,
} from '../../src/speech/cascade/synthesizers/elevenlabs/elevenlabs.ts'
import { silence } from './voice-probe.ts'

const KEY = 'key-canary-77aa'
const SHORT = { pingMs: 50, silentMs: 200 }
const closing: AsyncDisposable[] = []
afterEach(async () => {
  for (const each of closing.splice(0).toReversed()) await each[Symbol.asyncDispose]()
})

function keep<Opened extends AsyncDisposable>(opened: Opened): Opened {
  closing.push(opened)
  return opened
}

const asked = (server: StandIn, type: string) =>
  server.log.filter(entry => entry.direction === 'in' && entry.type === type)

describe('Deepgram', () => {
  async function open(options: DeepgramOptions = {}, config: Partial<DeepgramConfig> = {}) {
    const server = keep(await openDeepgram({ apiKey: KEY, ...options }))
    const events: RecognizerEvent[] = []
    const recognizer = deepgramRecognizer({ apiKey: KEY, url: server.url, ...config })
    const stream = keep(
      await recognizer.open(
        { language: 'en-US', onEvent: event => void events.push(event) },
        AbortSignal.timeout(3000),
      ),
    )
    let atMs = 5000
    const hear = async (audio: Uint8Array) => {
      for (let at = 0; at + 160 <= audio.length; at += 160, atMs += 20) {
        stream.hear(audio.subarray(at, at + 160), atMs)
        if (at % 1600 === 0) await new Promise(resolve => setImmediate(resolve))
      }
    }
    const finals = () => events.filter(event => event.type === 'final')
    return { server, stream, events, hear, finals, now: () => atMs }
  }

  test('tells partial words, then final ones, on the media clock', async () => {
    const { events, hear, finals, server } = await open({ transcribe: () => 'yes that works' })
    await hear(silence(500))
    await hear(toneSpeech('yesyesyesyesyes works'))
    await hear(silence(600))
    await expect.poll(() => finals().length).toBe(1)
    expect(events.filter(event => event.type === 'partial').map(event => event.text)).toEqual([
      'yes',
      'yes that',
      'yes that works',
    ])
    const [final] = finals()
    expect(final).toMatchObject({ text: 'yes that works', more: true })
    expect(final?.startMs).toBeGreaterThanOrEqual(5480)
    expect(final?.startMs).toBeLessThan(5560)
    expect(asked(server, 'connect')[0]?.body).toMatchObject({
      path: expect.stringContaining('language=en-US') as string,
    })
  })

  test('a pause is answered by Finalize while words are open', async () => {
    const { stream, hear, finals, now } = await open({ transcribe: () => 'four one five' })
    stream.speech({ type: 'started', atMs: now() })
    await hear(toneSpeech('fourfourfour'))
    stream.speech({ type: 'stopped', atMs: now() })
    await expect.poll(finals).toMatchObject([{ text: 'four one five', more: false }])
  })

  test('a pause that was settled already is answered at once', async () => {
    const { stream, hear, finals, now } = await open({ transcribe: () => 'hello' })
    stream.speech({ type: 'started', atMs: now() })
    await hear(toneSpeech('hellohello'))
    await hear(silence(500))
    await expect.poll(finals).toMatchObject([{ text: 'hello', more: true }])
    stream.speech({ type: 'stopped', atMs: now() })
    expect(finals()).toMatchObject([{ text: 'hello', more: true }, { text: '' }])
    expect(finals()[1]).not.toHaveProperty('more')
  })

  test('disposing closes the stream politely', async () => {
    const { stream, server, events } = await open()
    await stream[Symbol.asyncDispose]()
    await expect.poll(() => asked(server, 'CloseStream')).toHaveLength(1)
    expect(events).toEqual([])
  })

  test('its keep-alive outlives a long silence', async () => {
    const { server, events } = await open({ idleMs: 5000 })
    await expect.poll(() => asked(server, 'KeepAlive').length, { timeout: 10_000 }).toBeGreaterThanOrEqual(2)
    expect(events).toEqual([])
  }, 12_000)

  test('drop, half-open and garbage', async () => {
    const dropped = await open()
    dropped.server.faults.drop()
    await expect.poll(() => dropped.events).toMatchObject([{ fatal: true, fault: { kind: 'unreachable' } }])
    const stalled = await open({}, { deadlines: SHORT })
    stalled.server.faults.stall()
    await expect.poll(() => stalled.events).toMatchObject([{ fatal: true, fault: { kind: 'timeout' } }])
    const garbled = await open()
    garbled.server.faults.garble()
    await expect.poll(() => garbled.events).toMatchObject([{ fatal: false, fault: { kind: 'protocol' } }])
  })

  test('a wrong key is unauthorized and stands in no error', async () => {
    const thrown = await open({}, { apiKey: 'other-canary' }).catch((error: unknown) => error)
    expect(thrown).toMatchObject({ kind: 'unauthorized', provider: 'deepgram' })
    expect(String(thrown)).not.toContain('other-canary')
  })
})

describe('ElevenLabs', () => {
  async function open(options: ElevenLabsOptions = {}, config: Partial<ElevenLabsConfig> = {}) {
    const server = keep(await openElevenLabs({ apiKey: KEY, ...options }))
    const synthesizer = elevenLabsSynthesizer({ apiKey: KEY, url: server.url, ...config })
    const session = { voice: 'sarah', language: 'es-ES' }
    const stream = keep(await synthesizer.open(session, AbortSignal.timeout(3000)))
    return { server, stream }
  }

  async function* clauses(...texts: string[]): AsyncGenerator<string> {
    for (const text of texts) {
      await new Promise(resolve => setTimeout(resolve, 20))
      yield text
    }
  }

  async function spoken(audio: AsyncIterable<{ audio: Uint8Array; text: string }>) {
    const said = { text: '', bytes: 0 }
    for await (const piece of audio) {
      said.text += piece.text
      said.bytes += piece.audio.length
    }
    return said
  }

  test.each([true, false])('speaks text while it arrives (alignment %s)', async alignment => {
    const { server, stream } = await open({ alignment })
    const said = await spoken(stream.speak(clauses('Hola Juan. ', '¿Cómo estás?'), AbortSignal.timeout(5000)))
    expect(said.text.trim()).toBe('Hola Juan. ¿Cómo estás?')
    expect(said.bytes).toBe(toneSpeech('Hola Juan.').length + toneSpeech('¿Cómo estás?').length)
    expect(asked(server, 'connect')[0]?.body).toMatchObject({
      path: expect.stringMatching(/output_format=ulaw_8000.*language_code=es/u) as string,
    })
    expect(asked(server, 'invalid')).toEqual([])
  })

  test('the next utterance finds its connection ready', async () => {
    const { server, stream } = await open()
    await spoken(stream.speak(clauses('One.'), AbortSignal.timeout(5000)))
    await spoken(stream.speak(clauses('Two.'), AbortSignal.timeout(5000)))
    expect(asked(server, 'connect')).toHaveLength(3)
    server.faults.drop()
    await new Promise(resolve => setTimeout(resolve, 50))
    expect((await spoken(stream.speak(clauses('Three.'), AbortSignal.timeout(5000)))).text.trim()).toBe(
      'Three.',
    )
  })

  test('aborting stops it', async () => {
    const { stream } = await open({ betweenPiecesMs: 100 })
    const stop = new AbortController()
    const pieces: string[] = []
    const speaking = (async () => {
      for await (const { text } of stream.speak(clauses('A long sentence to be cut.'), stop.signal)) {
        pieces.push(text)
        stop.abort(new DOMException('enough', 'AbortError'))
      }
    })()
    await expect(speaking).rejects.toMatchObject({ name: 'AbortError' })
    expect(pieces.length).toBeLessThanOrEqual(2)
  })

  test('faults', async () => {
    await expect(open({}, { apiKey: 'wrong' })).rejects.toMatchObject({ kind: 'unauthorized' })
    await expect(open({ voices: ['other'] })).rejects.toMatchObject({ kind: 'refused' })
    const dropped = await open({ firstAudioMs: 1000 })
    const dropping = spoken(dropped.stream.speak(clauses('Hello.'), AbortSignal.timeout(5000)))
    setTimeout(() => dropped.server.faults.drop(), 100)
    await expect(dropping).rejects.toMatchObject({ name: 'VoiceFault', kind: 'unreachable' })
    const stalled = await open({ firstAudioMs: 1000 }, { deadlines: SHORT })
    const stalling = spoken(stalled.stream.speak(clauses('Hello.'), AbortSignal.timeout(5000)))
    setTimeout(() => stalled.server.faults.stall(), 100)
    await expect(stalling).rejects.toMatchObject({ name: 'VoiceFault', kind: 'timeout' })
  })
})

describe('a chat server', () => {
  const request: BrainRequest = {
    model: 'gpt-4.1-mini',
    prompt: 'You confirm appointments.',
    purpose: 'Be kind.',
    language: 'en-US',
    temperature: 0.3,
    tools: [{ name: 'end_call', description: 'Ends.', parameters: { type: 'object', properties: {} } }],
    facts: {},
    messages: [{ role: 'user', text: 'hello' }],
    guidance: null,
  }

  async function open(options: ChatOptions = {}, apiKey: string | null = KEY) {
    const server = keep(await openOpenAiChat({ apiKey: KEY, ...options }))
    const brain = chatBrain({ provider: 'chat', baseUrl: `${server.url}/v1`, apiKey })
    const reply = async (wanted: Partial<BrainRequest> = {}, signal = AbortSignal.timeout(5000)) => {
      const events: BrainEvent[] = []
      for await (const event of brain.reply({ ...request, ...wanted }, signal)) events.push(event)
      return events
    }
    return { server, brain, reply }
  }

  test('streams words, with temperature and tools', async () => {
    const { server, reply } = await open()
    const events = await reply({ guidance: 'Be nice.' })
    expect(events.map(event => (event.type === 'text' ? event.text : event.type))).toEqual([
      'You',
      ' said',
      ' hello.',
      'done',
    ])
    expect(asked(server, 'chat.completions')[0]?.body).toMatchObject({
      model: 'gpt-4.1-mini',
      stream: true,
      temperature: 0.3,
      messages: [
        { role: 'system', content: 'You confirm appointments.\n\nBe nice.' },
        { role: 'user', content: 'hello' },
      ],
      tools: [{ function: { name: 'end_call' } }],
    })
  })

  test('calls tools and takes their results, wherever these stood', async () => {
    const { server, reply } = await open({
      reply: ({ messages }) =>
        messages.some(({ role }) => role === 'tool')
          ? { text: 'Goodbye.' }
          : { text: 'Well.', calls: [{ name: 'end_call', arguments: '{"reason":"done"}' }] },
    })
    const [, call] = await reply()
    expect(call).toMatchObject({ type: 'tool_call', name: 'end_call', arguments: '{"reason":"done"}' })
    const events = await reply({
      messages: [
        { role: 'assistant', text: 'Well.' },
        { role: 'tool_call', toolCallId: 't1', name: 'end_call', arguments: '{"reason":"done"}' },
        { role: 'tool_call', toolCallId: 't2', name: 'end_call', arguments: 'not json' },
        { role: 'user', text: 'bye' },
        { role: 'tool_result', toolCallId: 't1', name: 'end_call', result: '{"ok":true}' },
      ],
    })
    expect(events[0]).toEqual({ type: 'text', text: 'Goodbye.' })
    expect(asked(server, 'invalid')).toEqual([])
  })

  test('opens a conversation in which nothing was said', async () => {
    const { reply } = await open({ reply: () => ({ text: 'Hi.' }) })
    expect(await reply({ messages: [], temperature: null, tools: [] })).toEqual([
      { type: 'text', text: 'Hi.' },
      { type: 'done' },
    ])
  })

  test.each([
    [401, 'unauthorized'],
    [429, 'rate_limited'],
    [500, 'unreachable'],
    [404, 'refused'],
  ])('HTTP %i is %s', async (status, kind) => {
    const { server, reply } = await open()
    server.faults.refuse(status)
    const thrown = await reply().catch((error: unknown) => error)
    expect(thrown).toMatchObject({ name: 'VoiceFault', kind })
    expect(JSON.stringify(thrown, Object.getOwnPropertyNames(thrown))).not.toContain(KEY)
  })

  test('a cut stream is a fault, a silent one ends with its signal', async () => {
    const cut = await open({ reply: () => ({ text: 'one two three', breaks: { after: 2, how: 'cut' } }) })
    await expect(cut.reply()).rejects.toMatchObject({ name: 'VoiceFault', kind: 'unreachable' })
    const silent = await open({
      reply: () => ({ text: 'one two three', breaks: { after: 2, how: 'silent' } }),
    })
    await expect(silent.reply({}, AbortSignal.timeout(300))).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  const spoken = {
    id: '1',
    user: 'user' as const,
    text: 'yes that works, two seats',
    created_at: '2026-01-01T00:00:00Z',
    start_ms: 0,
    end_ms: 10,
    interrupted: false,
  }
  const finished = { prompt: 'Confirm.', facts: {}, transcript: [spoken], language: 'en-US' }
  const wholeReport: AnalysisTerms = {
    summary: true,
    dispositions: ['confirmed', 'declined'],
    schema: { type: 'object', properties: { seats: { type: 'integer' } }, required: ['seats'] },
    successCriteria: 'The callee confirmed',
  }
  const whole = { summary: 'John confirmed.', disposition: 'confirmed', success: true, data: { seats: 2 } }

  test('sums up a call, even with a model that calls no functions', async () => {
    const { server, brain } = await open({ reply: () => ({ text: 'John confirmed. Nothing is open.' }) })
    const analyst = chatAnalyst(brain, 'gpt-4.1-mini')
    const signal = AbortSignal.timeout(5000)
    const call = { ...finished, terms: summaryOnly }
    expect(await analyst.analyse(call, signal)).toMatchObject({
      summary: 'John confirmed. Nothing is open.',
      missing: [],
    })
    const silent = await analyst.analyse({ ...call, transcript: [] }, signal)
    expect(silent).toMatchObject({ summary: null, missing: ['summary'] })
    expect(asked(server, 'chat.completions')).toHaveLength(1)
  })

  test('reports on a call in the form that was asked for, mending what does not fit', async () => {
    const reports = [{ ...whole, data: { seats: 'two' } }, whole]
    const { server, brain } = await open({
      reply: () => ({ calls: [{ name: 'report_call', arguments: JSON.stringify(reports.shift()) }] }),
    })
    const analyst = chatAnalyst(brain, 'gpt-4.1-mini')
    const answer = await analyst.analyse({ ...finished, terms: wholeReport }, AbortSignal.timeout(5000))
    expect(answer).toEqual({ ...whole, source: 'model', missing: [] })
    const requests = asked(server, 'chat.completions')
    expect(requests).toHaveLength(2)
    expect(JSON.stringify(requests[1])).toContain('seats must be integer')
  })

  test('what can not be mended is missing, the rest is told', async () => {
    const report = `Here it is: ${JSON.stringify({ ...whole, disposition: 'perhaps', data: [] })}`
    const { brain } = await open({ reply: () => ({ text: report }) })
    const analyst = chatAnalyst(brain, 'gpt-4.1-mini')
    const answer = await analyst.analyse({ ...finished, terms: wholeReport }, AbortSignal.timeout(5000))
    expect(answer).toMatchObject({ summary: whole.summary, success: true, missing: ['disposition', 'data'] })
  })
})
