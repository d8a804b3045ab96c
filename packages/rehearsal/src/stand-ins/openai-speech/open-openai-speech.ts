import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { decodeMulaw } from '@parley/wire/audio/g711'
import { pcm16ToBytes } from '@parley/wire/audio/pcm16'
import { resample } from '@parley/wire/audio/resample'
import { wavHeader } from '@parley/wire/audio/wav-header'
import { z } from 'zod'
import { openLoopback, type Log } from '../loopback.ts'
import { bearerOf } from '../openai-realtime/open-openai-realtime.ts'
import { readJson } from '../read-body.ts'
import type { StandIn } from '../stand-in.ts'
import { toneSpeech } from '../tone-speech.ts'

export interface OpenAiSpeechOptions {
  /** The only key that is let in; default: any non-empty one. */
  readonly apiKey?: string
  /** From the request to its first audio, and from piece to piece, in milliseconds. */
  readonly firstAudioMs?: number
  readonly betweenPiecesMs?: number
  /** What it speaks, whatever it was asked for, as a WAV file that says so. */
  readonly sampleRateHz?: number
}

const voices = [
  'alloy',
  'ash',
  'ballad',
  'coral',
  'echo',
  'fable',
  'nova',
  'onyx',
  'sage',
  'shimmer',
  'verse',
] as const

/** `POST /v1/audio/speech`, as strict as OpenAI: unknown fields are refused. */
const speech = z.strictObject({
  model: z.string().min(1),
  input: z.string().min(1).max(4096),
  voice: z.enum(voices),
  instructions: z.string().optional(),
  response_format: z.literal('pcm'),
  speed: z.number().min(0.25).max(4).optional(),
  stream_format: z.literal('audio').optional(),
})

const SPEAKS_HZ = 24_000
/** An odd number of bytes, so that pieces end in the middle of a sample. */
const PIECE_BYTES = 4801

/** OpenAI's speech endpoint. It speaks 16-bit samples at 24 kHz and nothing else. */
export async function openOpenAiSpeech(options: OpenAiSpeechOptions = {}): Promise<StandIn> {
  return await openLoopback({
    authorize: request => refusalOf(request, options.apiKey),
    requested: (request, response, log) => speak(request, response, { log, options }),
  })
}

function refusalOf(request: IncomingMessage, apiKey: string | undefined): number | null {
  const { pathname } = new URL(request.url ?? '/', 'http://stand-in')
  if (request.method !== 'POST' || pathname !== '/v1/audio/speech') return 404
  const key = bearerOf(request)
  return key === undefined || (apiKey !== undefined && key !== apiKey) ? 401 : null
}

async function speak(
  request: IncomingMessage,
  response: ServerResponse,
  { log, options }: { log: Log; options: OpenAiSpeechOptions },
): Promise<void> {
  const body = speech.safeParse(await readJson(request))
  if (!body.success) {
    const [issue] = body.error.issues
    log('in', 'invalid', issue ?? null)
    const error = { message: issue?.message ?? 'invalid', type: 'invalid_request_error', code: null }
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error }))
    return
  }
  log('in', 'speech', body.data)
  const { sampleRateHz = SPEAKS_HZ } = options
  const samples = resample(decodeMulaw(toneSpeech(body.data.input)), 8000, sampleRateHz)
  const asked = sampleRateHz === SPEAKS_HZ
  const raw = pcm16ToBytes(samples)
  const bytes = asked
    ? raw
    : Buffer.concat([wavHeader({ channels: 1, sampleRateHz, bitsPerSample: 16 }, raw.length), raw])
  await pause(options.firstAudioMs ?? 30)
  response.writeHead(200, { 'content-type': asked ? 'audio/pcm' : 'audio/wav' })
  for (let at = 0; at < bytes.length && !response.destroyed; at += PIECE_BYTES) {
    response.write(bytes.subarray(at, at + PIECE_BYTES))
    await pause(options.betweenPiecesMs ?? 2)
  }
  response.end()
}
