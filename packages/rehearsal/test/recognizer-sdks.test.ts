import net from 'node:net'
import { DeepgramClient } from '@deepgram/sdk'
import { AudioFormat, CommitStrategy, ElevenLabsClient, RealtimeEvents } from '@elevenlabs/elevenlabs-js'
import { AssemblyAI, type StreamingTranscriber, type TurnEvent } from 'assemblyai'
import * as azure from 'microsoft-cognitiveservices-speech-sdk'
import OpenAI from 'openai'
import { OpenAIRealtimeWS } from 'openai/realtime/ws'
import { afterEach, expect, test } from 'vitest'
import { openAssemblyAi } from '../src/stand-ins/assemblyai/open-assemblyai.ts'
import { openAzureSpeech } from '../src/stand-ins/azure-speech/open-azure-speech.ts'
import { openDeepgram } from '../src/stand-ins/deepgram/open-deepgram.ts'
import { openElevenLabs } from '../src/stand-ins/elevenlabs/open-elevenlabs.ts'
import { openOpenAiTranscription } from '../src/stand-ins/openai-transcription/open-openai-transcription.ts'
import type { StandIn } from '../src/stand-ins/stand-in.ts'
import { toneSpeech } from '../src/stand-ins/tone-speech.ts'

/** The vendors' own clients hear through the stand-ins what was said. */

const KEY = 'sk-stand-in'
const SENTENCE = 'yes that works tomorrow'
const vocabulary = SENTENCE.split(' ')
const audio = Buffer.concat([toneSpeech(SENTENCE), new Uint8Array(16_000).fill(0xff)])
const closing: StandIn[] = []
afterEach(async () => {
  for (const server of closing.splice(0)) await server[Symbol.asyncDispose]()
})

function keep(server: StandIn): StandIn {
  closing.push(server)
  return server
}

function pieces(bytes: number): Buffer[] {
  const count = Math.floor(audio.length / bytes)
  return Array.from({ length: count }, (_, index) => audio.subarray(index * bytes, (index + 1) * bytes))
}

test('deepgram: Flux ends the turn by itself', async () => {
  const server = keep(await openDeepgram({ apiKey: KEY, vocabulary }))
  const base = server.url.replace('http', 'ws')
  const environment = { base: server.url, production: base, agent: base, agentRest: server.url }
  const live = await new DeepgramClient({ apiKey: KEY, environment }).listen.v2.connect({
    model: 'flux-general-multi',
    language_hint: 'es',
    encoding: 'mulaw',
    sample_rate: 8000,
    eager_eot_threshold: 0.5,
    Authorization: `Token ${KEY}`,
    reconnectAttempts: 0,
  })
  const told: string[] = []
  live.on('message', message => {
    told.push(message.type === 'TurnInfo' ? `${message.event} ${message.transcript}` : message.type)
  })
  live.connect()
  await live.waitForOpen()
  for (const piece of pieces(640)) live.sendMedia(piece)
  await expect.poll(() => told, { timeout: 5000 }).toContain(`EndOfTurn ${SENTENCE}`)
  expect(told[0]).toBe('Connected')
  expect(told).toContain(`EagerEndOfTurn ${SENTENCE}`)
  live.sendCloseStream({ type: 'CloseStream' })
  live.close()
})

/** The client insists on `wss:`; here it is given the plain address of the loopback server. */
function transcriber(server: StandIn, apiKey: string): StreamingTranscriber {
  const client = new AssemblyAI({ apiKey }).streaming.transcriber({
    websocketBaseUrl: `${server.url.replace('http', 'wss')}/v3/ws`,
    sampleRate: 8000,
    encoding: 'pcm_mulaw',
    speechModel: 'universal-3-5-pro',
    languageCodes: ['en'],
    acknowledgeSilence: true,
    maxConnectionRetries: 0,
  })
  const secure = Reflect.get(client, 'connectionUrl') as () => URL
  const plain = () => new URL(secure.call(client).href.replace('wss:', 'ws:'))
  return Object.assign(client, { connectionUrl: plain })
}

test('assemblyai: a turn, and silence after it', async () => {
  const server = keep(await openAssemblyAi({ apiKey: KEY, vocabulary }))
  const client = transcriber(server, KEY)
  const turns: TurnEvent[] = []
  let silences = 0
  client.on('turn', turn => void turns.push(turn))
  client.on('silence', () => void silences++)
  await client.connect()
  for (const piece of pieces(480)) client.sendAudio(new Uint8Array(piece).buffer)
  await expect.poll(() => turns.at(-1)?.end_of_turn, { timeout: 5000 }).toBe(true)
  expect(turns.at(-1)?.transcript).toBe(SENTENCE)
  await expect.poll(() => silences).toBeGreaterThan(0)
  await client.close()
  await expect(transcriber(server, 'other').connect()).rejects.toThrow('Unauthorized')
})

test('elevenlabs: a committed segment with word times', async () => {
  const server = keep(await openElevenLabs({ apiKey: KEY, vocabulary }))
  const client = new ElevenLabsClient({ apiKey: KEY, baseUrl: server.url })
  const connection = await client.speechToText.realtime.connect({
    modelId: 'scribe_v2_realtime',
    audioFormat: AudioFormat.ULAW_8000,
    sampleRate: 8000,
    commitStrategy: CommitStrategy.MANUAL,
    includeTimestamps: true,
    languageCode: 'en',
  })
  const told: string[] = []
  connection.on(RealtimeEvents.SESSION_STARTED, () => void told.push('started'))
  connection.on(RealtimeEvents.COMMITTED_TRANSCRIPT_WITH_TIMESTAMPS, ({ text, words }) => {
    told.push(`${text}: ${words?.filter(({ type }) => type === 'word').length}`)
  })
  await expect.poll(() => told).toEqual(['started'])
  for (const piece of pieces(800)) connection.send({ audioBase64: piece.toString('base64') })
  connection.commit()
  await expect.poll(() => told, { timeout: 5000 }).toEqual(['started', `${SENTENCE}: 4`])
  connection.close()
})

test('openai: a transcription session', async () => {
  const server = keep(await openOpenAiTranscription({ apiKey: KEY, vocabulary }))
  const client = new OpenAI({ apiKey: KEY, baseURL: `${server.url}/v1` })
  const createConnection = () => net.connect(Number(new URL(server.url).port), '127.0.0.1')
  const realtime = new OpenAIRealtimeWS({ intent: 'transcription', options: { createConnection } }, client)
  const types: string[] = []
  let transcript = ''
  realtime.on('event', event => void types.push(event.type))
  realtime.on('conversation.item.input_audio_transcription.completed', event => {
    transcript = event.transcript
  })
  await expect.poll(() => types).toEqual(['session.created'])
  const transcription = { model: 'gpt-live-transcribe', languages: ['en'] }
  const input = { format: { type: 'audio/pcmu' as const }, transcription, turn_detection: null }
  realtime.send({ type: 'session.update', session: { type: 'transcription', audio: { input } } })
  realtime.send({ type: 'input_audio_buffer.append', audio: audio.toString('base64') })
  realtime.send({ type: 'input_audio_buffer.commit' })
  await expect.poll(() => transcript, { timeout: 5000 }).toBe(SENTENCE)
  expect(types).not.toContain('error')
  realtime.close()
})

function azureHearer(server: StandIn, key: string): azure.SpeechRecognizer {
  const config = azure.SpeechConfig.fromHost(new URL(server.url.replace('http', 'ws')), key)
  config.speechRecognitionLanguage = 'en-US'
  config.requestWordLevelTimestamps()
  const format = azure.AudioStreamFormat.getWaveFormat(8000, 8, 1, azure.AudioFormatTag.MuLaw)
  const stream = azure.AudioInputStream.createPushStream(format)
  for (const piece of pieces(800)) stream.write(new Uint8Array(piece).buffer)
  stream.close()
  return new azure.SpeechRecognizer(config, azure.AudioConfig.fromStreamInput(stream))
}

test('azure: guesses, then a phrase with word times', async () => {
  const server = keep(await openAzureSpeech({ apiKey: KEY, vocabulary }))
  const client = azureHearer(server, KEY)
  const guesses: string[] = []
  const phrases: azure.SpeechRecognitionResult[] = []
  const ended = Promise.withResolvers<void>()
  client.recognizing = (_, { result }) => void guesses.push(result.text)
  client.recognized = (_, { result }) => void phrases.push(result)
  client.sessionStopped = () => ended.resolve()
  client.startContinuousRecognitionAsync(undefined, error => ended.reject(new Error(error)))
  await ended.promise
  client.close()
  expect(guesses.length).toBeGreaterThan(0)
  expect(phrases.map(({ text }) => text).filter(text => text !== '')).toEqual([SENTENCE])
  const { NBest } = JSON.parse(phrases[0]?.json ?? '{}') as { NBest?: { Words?: { Word: string }[] }[] }
  expect(NBest?.[0]?.Words?.map(({ Word }) => Word)).toEqual(SENTENCE.split(' '))
  expect(server.log.filter(({ type }) => type === 'invalid')).toEqual([])
})

test('azure: a wrong key is refused', async () => {
  const server = keep(await openAzureSpeech({ apiKey: KEY }))
  const client = azureHearer(server, 'wrong')
  const canceled = new Promise<string>(resolve => {
    client.canceled = (_, { errorDetails }) => resolve(errorDetails)
  })
  client.startContinuousRecognitionAsync()
  // Its WebSocket tells no HTTP status.
  expect(await canceled).toContain('Unable to contact server')
  client.close()
})
