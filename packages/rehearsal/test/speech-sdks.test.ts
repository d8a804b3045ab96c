import { createRequire } from 'node:module'
import net from 'node:net'
import type Cartesia from '@cartesia/cartesia-js'
import { SpeechClient } from '@google-cloud/speech'
import { credentials } from '@grpc/grpc-js'
import * as azure from 'microsoft-cognitiveservices-speech-sdk'
import { expect, test } from 'vitest'
import { openAzureSpeech } from '../src/stand-ins/azure-speech/open-azure-speech.ts'
import { openCartesia } from '../src/stand-ins/cartesia/open-cartesia.ts'
import { openGoogleSpeech } from '../src/stand-ins/google-speech/open-google-speech.ts'
import { toneSpeech, toneWords } from '../src/stand-ins/tone-speech.ts'

/** The vendors' own clients judge the stand-ins of those that hear and speak. */

/** As a module it takes the WebSocket of browsers, which connects to public addresses alone. */
const { Cartesia: Client } = createRequire(import.meta.url)('@cartesia/cartesia-js') as {
  Cartesia: typeof Cartesia
}

const KEY = 'key-stand-in'
const TEXT = 'Good morning John, how are you?'

test('cartesia: speech streamed over WebSocket, with word times', async () => {
  await using server = await openCartesia({ apiKey: KEY })
  const { port } = new URL(server.url)
  // The client insists on `wss:`; the socket below it is a plain one to the loopback server.
  const createConnection = () => net.connect(Number(port), '127.0.0.1')
  const client = new Client({ apiKey: KEY, baseURL: server.url })
  const socket = await client.tts.websocket({ createConnection })
  const context = socket.context({
    model_id: 'sonic-3',
    voice: { mode: 'id', id: 'f786b574-daa5-4673-aa0c-cbe3e8534c02' },
    output_format: { container: 'raw', encoding: 'pcm_mulaw', sample_rate: 8000 },
    language: 'en',
    add_timestamps: true,
  })
  await context.push({ transcript: TEXT })
  await context.no_more_inputs()
  let bytes = 0
  const words: string[] = []
  for await (const event of context.receive()) {
    if (event.type === 'chunk') bytes += event.audio?.length ?? 0
    if (event.type === 'timestamps') words.push(...(event.word_timestamps?.words ?? []))
  }
  socket.close()
  expect(bytes).toBe(toneSpeech(TEXT).length)
  expect(words).toEqual(TEXT.split(' '))
  expect(server.log.filter(({ type }) => type === 'invalid')).toEqual([])
})

function synthesizerAt(url: string, key = KEY): azure.SpeechSynthesizer {
  const config = azure.SpeechConfig.fromHost(new URL(url), key)
  config.speechSynthesisOutputFormat = azure.SpeechSynthesisOutputFormat.Raw8Khz8BitMonoMULaw
  config.speechSynthesisVoiceName = 'es-MX-DaliaNeural'
  return new azure.SpeechSynthesizer(config, null)
}

async function speak(synthesizer: azure.SpeechSynthesizer): Promise<azure.SpeechSynthesisResult> {
  const spoken = Promise.withResolvers<azure.SpeechSynthesisResult>()
  synthesizer.speakTextAsync(TEXT, spoken.resolve, error => spoken.reject(new Error(error)))
  const result = await spoken.promise
  synthesizer.close()
  return result
}

test('azure: speech with word boundaries', async () => {
  await using server = await openAzureSpeech({ apiKey: KEY })
  const synthesizer = synthesizerAt(server.url.replace('http', 'ws'))
  const told: [string, number][] = []
  synthesizer.wordBoundary = (_, { text, audioOffset }) => void told.push([text, audioOffset / 10_000])
  const { reason, audioData } = await speak(synthesizer)
  expect(reason).toBe(azure.ResultReason.SynthesizingAudioCompleted)
  expect(audioData.byteLength).toBe(toneSpeech(TEXT).length)
  expect(told).toEqual(toneWords(TEXT).map(({ word, startMs }) => [word, startMs]))
})

test('azure: a wrong key is refused', async () => {
  await using server = await openAzureSpeech({ apiKey: KEY })
  const { reason } = await speak(synthesizerAt(server.url.replace('http', 'ws'), 'wrong'))
  expect(reason).toBe(azure.ResultReason.Canceled)
})

test('azure: the list of voices', async () => {
  await using server = await openAzureSpeech({ apiKey: KEY })
  const synthesizer = synthesizerAt(server.url)
  const { voices, reason } = await synthesizer.getVoicesAsync('es-MX')
  synthesizer.close()
  expect(reason).toBe(azure.ResultReason.VoicesListRetrieved)
  expect(voices.map(({ shortName }) => shortName)).toEqual(['es-MX-DaliaNeural', 'es-MX-JorgeNeural'])
})

test('google: recognition with guesses, then final words', async () => {
  await using server = await openGoogleSpeech({ apiKey: KEY, transcribe: () => 'yes that works' })
  const { hostname, port } = new URL(server.url)
  const client = new SpeechClient({
    apiEndpoint: hostname,
    port: Number(port),
    sslCreds: credentials.createInsecure(),
  })
  const metadata = { otherArgs: { headers: { 'x-goog-api-key': KEY } } }
  const stream = client._streamingRecognize(metadata)
  const results: { text: string; final: boolean; words: number }[] = []
  stream.on('data', ({ results: told = [] }: Told) => {
    for (const { alternatives, isFinal } of told) {
      const [best] = alternatives ?? []
      results.push({ text: best?.transcript ?? '', final: isFinal === true, words: best?.words?.length ?? 0 })
    }
  })
  const ended = new Promise((resolve, reject) => stream.once('end', resolve).once('error', reject))
  const config = {
    encoding: 'MULAW' as const,
    sampleRateHertz: 8000,
    languageCode: 'en-US',
    enableWordTimeOffsets: true,
    model: 'telephony',
  }
  stream.write({ streamingConfig: { config, interimResults: true } })
  const audio = toneSpeech('yesyesyesyesyesyesyes')
  for (let at = 0; at < audio.length; at += 800) stream.write({ audioContent: audio.subarray(at, at + 800) })
  stream.end()
  await ended
  await client.close()
  expect(results[0]).toEqual({ text: 'yes', final: false, words: 0 })
  expect(results.at(-1)).toEqual({ text: 'yes that works', final: true, words: 3 })
})

interface Told {
  readonly results?: readonly {
    readonly isFinal?: boolean
    readonly alternatives?: readonly { readonly transcript?: string; readonly words?: readonly unknown[] }[]
  }[]
}

test('cartesia: a voice is cloned from a recording, and deleted', async () => {
  await using server = await openCartesia({ apiKey: KEY })
  const client = new Client({ apiKey: KEY, baseURL: server.url, maxRetries: 0 })
  const clip = new File([toneSpeech(TEXT)], 'me.wav', { type: 'audio/wav' })
  const voice = await client.voices.clone({ clip, name: 'Me', language: 'en' })
  expect(voice).toMatchObject({ name: 'Me', language: 'en', id: expect.any(String) })
  await client.voices.delete(voice.id)
  await expect(client.voices.delete(voice.id)).rejects.toMatchObject({ status: 404 })
})
