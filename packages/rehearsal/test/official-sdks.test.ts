import net from 'node:net'
import { DeepgramClient } from '@deepgram/sdk'
import { ElevenLabsClient } from '@elevenlabs/elevenlabs-js'
import OpenAI from 'openai'
import { OpenAIRealtimeWS } from 'openai/realtime/ws'
import { afterEach, expect, test } from 'vitest'
import { openDeepgram } from '../src/stand-ins/deepgram/open-deepgram.ts'
import { openElevenLabs } from '../src/stand-ins/elevenlabs/open-elevenlabs.ts'
import { openOpenAiChat } from '../src/stand-ins/openai-chat/open-openai-chat.ts'
import { openOpenAiRealtime } from '../src/stand-ins/openai-realtime/open-openai-realtime.ts'
import type { StandIn } from '../src/stand-ins/stand-in.ts'
import { toneSpeech } from '../src/stand-ins/tone-speech.ts'

/** The vendors' own clients are the judges of the stand-ins: what they understand is the protocol. */

const KEY = 'sk-stand-in'
const closing: StandIn[] = []
afterEach(async () => {
  for (const server of closing.splice(0)) await server[Symbol.asyncDispose]()
})

function keep(server: StandIn): StandIn {
  closing.push(server)
  return server
}

/** The client insists on `wss:`; the socket below it is a plain one to the loopback server. */
function realtimeClient(server: StandIn, apiKey = KEY): OpenAIRealtimeWS {
  const client = new OpenAI({ apiKey, baseURL: `${server.url}/v1` })
  const { port } = new URL(server.url)
  const createConnection = () => net.connect(Number(port), '127.0.0.1')
  return new OpenAIRealtimeWS({ model: 'gpt-realtime', options: { createConnection } }, client)
}

function seen(client: OpenAIRealtimeWS): { types: string[]; until: (type: string) => Promise<void> } {
  const types: string[] = []
  client.on('event', event => types.push(event.type))
  return {
    types,
    until: async type => {
      await expect.poll(() => types.includes(type), { timeout: 5000 }).toBe(true)
    },
  }
}

const phoneSession = {
  type: 'realtime' as const,
  instructions: 'Be brief.',
  output_modalities: ['audio' as const],
  audio: {
    input: {
      format: { type: 'audio/pcmu' as const },
      transcription: { model: 'gpt-4o-mini-transcribe', language: 'en' },
      turn_detection: { type: 'server_vad' as const, silence_duration_ms: 400 },
    },
    output: { format: { type: 'audio/pcmu' as const }, voice: 'marin' },
  },
}

test('openai: a realtime session hears, answers by itself, and ends in order', async () => {
  const client = realtimeClient(keep(await openOpenAiRealtime({ apiKey: KEY })))
  const { types, until } = seen(client)
  let transcript = ''
  let audioBytes = 0
  client.on('response.output_audio_transcript.delta', event => {
    transcript += event.delta
  })
  client.on('response.output_audio.delta', event => {
    audioBytes += Buffer.from(event.delta, 'base64').length
  })
  await until('session.created')
  client.send({ type: 'session.update', session: phoneSession })
  await until('session.updated')
  const audio = Buffer.concat([toneSpeech('hellohellohello'), new Uint8Array(8 * 600).fill(0xff)])
  client.send({ type: 'input_audio_buffer.append', audio: audio.toString('base64') })
  await until('rate_limits.updated')
  client.close()
  expect(transcript).toBe('You said sentence 1.')
  expect(audioBytes).toBe(toneSpeech(transcript).length)
  const once = [...new Set(types.filter(type => !type.includes('input_audio_transcription')))]
  expect(once).toEqual([
    'session.created',
    'session.updated',
    'input_audio_buffer.speech_started',
    'input_audio_buffer.speech_stopped',
    'input_audio_buffer.committed',
    'conversation.item.added',
    'conversation.item.done',
    'response.created',
    'response.output_item.added',
    'response.content_part.added',
    'response.output_audio_transcript.delta',
    'response.output_audio.delta',
    'response.output_audio.done',
    'response.output_audio_transcript.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.done',
    'rate_limits.updated',
  ])
})

test('openai: function calls, truncation, and errors that name the field', async () => {
  const call = { name: 'end_call', arguments: '{"reason":"done"}' }
  const server = keep(
    await openOpenAiRealtime({ script: { reply: () => ({ text: 'Goodbye then.', call }) } }),
  )
  const client = realtimeClient(server)
  const { until } = seen(client)
  const errors: { code?: string | null; param?: string | null }[] = []
  client.on('error', error => errors.push(error.error ?? {}))
  const calls: string[] = []
  client.on('response.function_call_arguments.done', event => calls.push(`${event.name} ${event.arguments}`))
  const items: string[] = []
  client.on('response.output_item.added', event => items.push(event.item.id ?? ''))
  await until('session.created')
  client.send({ type: 'response.create' })
  await until('response.done')
  expect(calls).toEqual(['end_call {"reason":"done"}'])
  const [spoken = ''] = items
  client.send({ type: 'conversation.item.truncate', item_id: spoken, content_index: 0, audio_end_ms: 100 })
  await until('conversation.item.truncated')
  client.send({ type: 'conversation.item.truncate', item_id: spoken, content_index: 0, audio_end_ms: 900 })
  client.send({ type: 'response.cancel' })
  const old = { ...phoneSession, temperature: 0.7 }
  client.send({ type: 'session.update', session: old })
  await expect.poll(() => errors.length).toBe(3)
  expect(errors.map(({ code, param }) => [code, param])).toEqual([
    ['invalid_value', 'audio_end_ms'],
    ['response_cancel_not_active', null],
    ['unknown_parameter', 'session.temperature'],
  ])
  client.close()
})

test('openai: a wrong key is refused', async () => {
  const client = realtimeClient(keep(await openOpenAiRealtime({ apiKey: KEY })), 'sk-wrong')
  const message = await new Promise<string>(resolve => client.on('error', error => resolve(error.message)))
  expect(message).toContain('401')
})

test('openai: chat completions, streamed and whole', async () => {
  const server = keep(
    await openOpenAiChat({
      apiKey: KEY,
      reply: () => ({ text: 'Well then.', calls: [{ name: 'end_call', arguments: '{"reason":"done"}' }] }),
    }),
  )
  const client = new OpenAI({ apiKey: KEY, baseURL: `${server.url}/v1`, maxRetries: 0 })
  const messages = [{ role: 'user' as const, content: 'hello' }]
  const stream = client.chat.completions.stream({ model: 'gpt-4.1-mini', messages })
  const streamed = await stream.finalChatCompletion()
  const whole = await client.chat.completions.create({ model: 'gpt-4.1-mini', messages })
  for (const { choices } of [streamed, whole]) {
    expect(choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        content: 'Well then.',
        tool_calls: [{ type: 'function', function: { name: 'end_call', arguments: '{"reason":"done"}' } }],
      },
    })
  }
  const wrong = { model: 'gpt-4.1-mini', messages, temprature: 1 }
  await expect(client.chat.completions.create(wrong)).rejects.toMatchObject({ status: 400 })
  const stranger = new OpenAI({ apiKey: 'sk-wrong', baseURL: `${server.url}/v1`, maxRetries: 0 })
  await expect(stranger.chat.completions.create({ model: 'm', messages })).rejects.toMatchObject({
    status: 401,
  })
})

test('deepgram: live recognition with interim results and Finalize', async () => {
  const server = keep(await openDeepgram({ apiKey: KEY, transcribe: () => 'yes that works' }))
  const base = server.url.replace('http', 'ws')
  const environment = { base: server.url, production: base, agent: base, agentRest: server.url }
  const client = new DeepgramClient({ apiKey: KEY, environment })
  const live = await client.listen.v1.connect({
    model: 'nova-3',
    encoding: 'mulaw',
    sample_rate: 8000,
    interim_results: 'true',
    endpointing: 300,
    Authorization: `Token ${KEY}`,
    reconnectAttempts: 0,
  })
  const results: { text: string; final: boolean; finalized: boolean }[] = []
  const kinds = new Set<string>()
  live.on('message', message => {
    kinds.add(message.type)
    if (message.type !== 'Results') return
    results.push({
      text: message.channel.alternatives[0]?.transcript ?? '',
      final: message.is_final ?? false,
      finalized: message.from_finalize ?? false,
    })
  })
  live.connect()
  await live.waitForOpen()
  const audio = toneSpeech('yesyesyesyesyes')
  for (let at = 0; at < audio.length; at += 160) live.sendMedia(audio.subarray(at, at + 160))
  live.sendFinalize({ type: 'Finalize' })
  await expect.poll(() => results.at(-1)?.finalized, { timeout: 5000 }).toBe(true)
  expect(results.at(-1)).toEqual({ text: 'yes that works', final: true, finalized: true })
  expect(results[0]).toEqual({ text: 'yes', final: false, finalized: false })
  live.sendCloseStream({ type: 'CloseStream' })
  await expect.poll(() => kinds.has('Metadata')).toBe(true)
  live.close()
})

test('elevenlabs: speech streamed over HTTP', async () => {
  const server = keep(await openElevenLabs({ apiKey: KEY, voices: ['sarah'] }))
  const client = new ElevenLabsClient({ apiKey: KEY, baseUrl: server.url })
  const request = { text: 'Hello there.', modelId: 'eleven_flash_v2_5', outputFormat: 'ulaw_8000' as const }
  let bytes = 0
  for await (const piece of await client.textToSpeech.stream('sarah', request)) bytes += piece.length
  expect(bytes).toBe(toneSpeech('Hello there.').length)
  const stranger = new ElevenLabsClient({ apiKey: 'wrong', baseUrl: server.url, maxRetries: 0 })
  await expect(stranger.textToSpeech.stream('sarah', request)).rejects.toMatchObject({ statusCode: 401 })
})

test('elevenlabs: a voice is cloned from a recording, and deleted', async () => {
  const server = keep(await openElevenLabs({ apiKey: KEY }))
  const client = new ElevenLabsClient({ apiKey: KEY, baseUrl: server.url, environment: server.url })
  const recording = new File([toneSpeech('This is my voice.')], 'me.wav', { type: 'audio/wav' })
  const made = await client.voices.ivc.create({ name: 'Me', files: [recording], removeBackgroundNoise: true })
  expect(made).toMatchObject({ voiceId: expect.any(String), requiresVerification: false })
  expect(server.log.find(({ type }) => type === 'voices.add')?.body).toMatchObject({
    name: 'Me',
    remove_background_noise: 'true',
    files: [{ name: 'me.wav' }],
  })
  expect(await client.voices.delete(made.voiceId)).toMatchObject({ status: 'ok' })
  await expect(client.voices.delete(made.voiceId, { maxRetries: 0 })).rejects.toThrow(/does not exist/)
})
