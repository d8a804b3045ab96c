import { openOpenAiRealtime } from '@parley/rehearsal/stand-ins/openai-realtime/open-openai-realtime'
import { echo, type Script } from '@parley/rehearsal/stand-ins/openai-realtime/script'
import { toneSpeech } from '@parley/rehearsal/stand-ins/tone-speech'
import { afterEach, expect, test } from 'vitest'
import type { Brain, BrainRequest, Recognizer, Synthesizer } from '../../src/speech/cascade/port.ts'
import { hostedParts } from '../../src/speech/hosted.ts'
import { createVoices, type VoiceParts } from '../../src/speech/voices.ts'
import { session, silence, VoiceProbe } from './voice-probe.ts'

const closing: AsyncDisposable[] = []
afterEach(async () => {
  for (const each of closing.splice(0).toReversed()) await each[Symbol.asyncDispose]()
})

const requests: BrainRequest[] = []
const brain: Brain = {
  async *reply(request) {
    requests.push(request)
    yield { type: 'text', text: 'I am still here.' }
    yield { type: 'done' }
  },
}
const recognizer: Recognizer = {
  capabilities: { wordTimes: false },
  open: async () => ({
    hear: () => undefined,
    speech: () => undefined,
    expect: () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  }),
}
const synthesizer: Synthesizer = {
  open: async () => ({
    async *speak(text) {
      for await (const clause of text) yield { audio: toneSpeech(clause), text: clause }
    },
    [Symbol.asyncDispose]: async () => undefined,
  }),
}
const listed = { provider: 'reserve', languages: ['en'], description: '', default: true }
const reserve: Pick<VoiceParts, 'brains' | 'recognizers' | 'synthesizers' | 'detectors'> = {
  brains: [
    {
      provider: 'reserve',
      models: [{ ...listed, id: 'small', mode: 'legacy', supportsTemperature: false, typicalLatencyMs: 1 }],
      adapter: brain,
    },
  ],
  recognizers: [{ provider: 'reserve', languages: ['en'], adapter: recognizer }],
  synthesizers: [
    { provider: 'reserve', voices: [{ ...listed, id: 'plain', mode: 'legacy' }], adapter: synthesizer },
  ],
  detectors: { open: () => ({ write: () => undefined, close: () => undefined }) },
}

async function open(script: Partial<Script> = {}) {
  requests.length = 0
  const server = await openOpenAiRealtime({ script })
  closing.push(server)
  const config = { openai: { apiKey: 'sk', realtimeUrl: `${server.url}/v1/realtime` } }
  const { realtime } = hostedParts(config)
  const voices = createVoices({ realtime, ...reserve })
  const voice = await voices.open(session, AbortSignal.timeout(5_000))
  closing.push(voice)
  return { server, voice, voices }
}

async function greeted(script: Partial<Script> = {}) {
  const opened = await open(script)
  const probe = new VoiceProbe(opened.voice)
  probe.voice.say('opening', 'Hi John, this is Sarah.')
  await probe.until('reply_done')
  return { ...opened, probe }
}

test('a session that drops is opened again within a second, and told what was said', async () => {
  const { server, probe } = await greeted()
  server.faults.drop()
  await probe.until('replaced')
  expect(probe.of('replaced')).toMatchObject([{ provider: 'realtime openai' }])
  expect(probe.of('fault')).toMatchObject([{ fatal: false, fault: { kind: 'unreachable' } }])
  const items = () => server.log.filter(({ type }) => type === 'conversation.item.create')
  await expect.poll(() => JSON.stringify(items())).toContain('Hi John, this is Sarah.')
  probe.voice.say('more', 'Here I am again.')
  await probe.until('reply_done', 2)
  expect(probe.text('more').trim()).toBe('Here I am again.')
  expect(server.log.filter(({ type }) => type === 'invalid')).toEqual([])
})

test('what the callee said meanwhile is heard and answered', async () => {
  const { server, probe } = await greeted({ transcribe: () => 'hello' })
  const speech = toneSpeech('hellohellohello')
  await probe.hear(speech.subarray(0, speech.length / 2))
  server.faults.drop()
  await probe.hear(speech.subarray(speech.length / 2))
  await probe.until('replaced', 1, 2_000)
  await probe.hear(silence(800))
  await probe.until('heard')
  probe.voice.respond('answer')
  await probe.until('reply_done', 2)
  expect(probe.of('reply_done').at(-1)).toMatchObject({ result: 'complete' })
})

test('a model that can not be reached any more: the same call goes on in legacy mode', async () => {
  const { server, probe } = await greeted()
  server.faults.refuse(503)
  server.faults.drop()
  probe.voice.respond('r1')
  await probe.until('replaced', 1, 3_000)
  expect(probe.of('replaced')).toMatchObject([{ provider: 'legacy', capabilities: { takesTurns: false } }])
  expect(probe.voice.capabilities.takesTurns).toBe(false)
  await probe.until('reply_done', 2)
  expect(probe.text('r1').trim()).toBe('I am still here.')
  expect(requests[0]).toMatchObject({
    model: 'small',
    messages: [{ role: 'assistant', text: 'Hi John, this is Sarah.' }],
  })
})

test('a server that answers nothing but pings is found in three seconds, and replaced in five', {
  timeout: 15_000,
}, async () => {
  const { probe } = await greeted({
    reply: ({ instructions }) =>
      /word for word/u.test(instructions) ? { text: 'Hi John, this is Sarah.' } : { hangs: true },
  })
  const askedAt = performance.now()
  probe.voice.respond('r1')
  await probe.until('fault', 1, 4_000)
  expect(probe.of('fault')[0]?.fault.kind).toBe('timeout')
  await probe.until('reply_done', 2, 8_000)
  expect(performance.now() - askedAt).toBeLessThan(6_000)
})

test('a half-open connection too', { timeout: 15_000 }, async () => {
  const { server, probe } = await greeted()
  const stalledAt = performance.now()
  server.faults.stall()
  await probe.until('replaced', 1, 6_000)
  expect(performance.now() - stalledAt).toBeLessThan(5_000)
})

test('a reply in which nothing is to be heard is a fault, and the next source speaks', async () => {
  const reply: Script['reply'] = ({ instructions }) =>
    /word for word/u.test(instructions)
      ? { text: 'Hi John, this is Sarah.' }
      : { text: 'Nobody hears this.', audio: silence(3_000) }
  const { probe } = await greeted({ reply })
  probe.voice.respond('r1')
  await probe.until('reply_done', 2)
  expect(probe.of('fault')).toMatchObject([{ fatal: false, fault: { kind: 'protocol' } }])
  expect(probe.text('r1').trim()).toBe('I am still here.')
})

test('first words from which the model strayed are spoken by a synthesizer, and nothing else is heard', async () => {
  const { voice } = await open({ ...echo, reply: () => ({ text: 'Hey there, how is it going today?' }) })
  voice.say('opening', 'Hi John, this is Sarah from Bright Dental.')
  await new Promise(resolve => setTimeout(resolve, 1_000))
  const probe = new VoiceProbe(voice)
  await probe.until('reply_done')
  expect(probe.text('opening').trim()).toBe('Hi John, this is Sarah from Bright Dental.')
  expect(probe.of('reply_done')).toMatchObject([{ replyId: 'opening', result: 'complete' }])
  expect(probe.audioMs('opening')).toBe(toneSpeech('Hi John, this is Sarah from Bright Dental.').length / 8)
})

test('new calls are refused while every provider has just failed', async () => {
  const server = await openOpenAiRealtime()
  closing.push(server)
  server.faults.refuse(503)
  const { realtime } = hostedParts({ openai: { apiKey: 'sk', realtimeUrl: `${server.url}/v1/realtime` } })
  const nobody = { recognizers: [], brains: [], synthesizers: [], detectors: null }
  const voices = createVoices({ realtime, ...nobody })
  const opening = () => voices.open(session, AbortSignal.timeout(5_000))
  for (let call = 0; call < 3; call++) await expect(opening()).rejects.toMatchObject({ kind: 'unreachable' })
  const asked = server.log.length
  await expect(opening()).rejects.toMatchObject({
    message: expect.stringContaining('provider_unavailable') as string,
  })
  expect(server.log).toHaveLength(asked)
})

test('a wrong key is told before the call, not covered up', async () => {
  const server = await openOpenAiRealtime({ apiKey: 'right' })
  closing.push(server)
  const { realtime } = hostedParts({ openai: { apiKey: 'sk', realtimeUrl: `${server.url}/v1/realtime` } })
  const opening = createVoices({ realtime, ...reserve }).open(session, AbortSignal.timeout(5_000))
  await expect(opening).rejects.toMatchObject({ kind: 'unauthorized' })
})
