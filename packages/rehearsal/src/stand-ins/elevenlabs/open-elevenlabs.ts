import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { RawData } from 'ws'
import { z } from 'zod'
import { openLoopback, type Line, type Log } from '../loopback.ts'
import { readJson } from '../read-body.ts'
import type { StandIn } from '../stand-in.ts'
import { toneSpeech } from '../tone-speech.ts'
import { scribeQuery, ScribeSession, type ScribeOptions } from './scribe-session.ts'
import { isOfLab, type LabAnswer, VoiceLab } from './voice-lab.ts'
import { StreamInputSession, type SpeechOptions } from './stream-input-session.ts'

export interface ElevenLabsOptions extends Partial<SpeechOptions & ScribeOptions> {
  /** The only key that is let in; default: any non-empty one. */
  readonly apiKey?: string
  /** Voices there are; default: every id. */
  readonly voices?: readonly string[]
  /** What becomes of recordings that voices are to be cloned from; default: a voice that can speak at once. */
  readonly clones?: LabAnswer
}

const LISTEN_PATH = '/v1/speech-to-text/realtime'
const PATH = /^\/v1\/text-to-speech\/(?<voice>[^/]+)\/(?<kind>stream-input|stream)$/u

const streamInputQuery = z.strictObject({
  model_id: z.string().optional(),
  output_format: z.literal('ulaw_8000'),
  language_code: z
    .string()
    .regex(/^[a-z]{2,3}$/u)
    .optional(),
  auto_mode: z.enum(['true', 'false']).optional(),
  sync_alignment: z.enum(['true', 'false']).optional(),
  inactivity_timeout: z.coerce.number().int().min(1).max(180).default(20),
  enable_logging: z.enum(['true', 'false']).optional(),
  enable_ssml_parsing: z.enum(['true', 'false']).optional(),
  apply_text_normalization: z.enum(['auto', 'on', 'off']).optional(),
  seed: z.string().optional(),
})

const speech = z.looseObject({ text: z.string().min(1), model_id: z.string().optional() })

/**
 * ElevenLabs' text to speech, streamed over WebSocket or HTTP, and its live transcription. All audio is µ-law
 * at 8 kHz and nothing else.
 */
export async function openElevenLabs(options: ElevenLabsOptions = {}): Promise<StandIn> {
  const usual = { firstAudioMs: 40, betweenPiecesMs: 5, pieceMs: 100, alignment: true, sampleRateHz: 8000 }
  const settings = { ...usual, isSilent: () => false, ...options }
  const lab = new VoiceLab(options.clones)
  return await openLoopback({
    authorize: request => refusalOf(request, options),
    connected: (line, request) => {
      if (placeOf(request).path === LISTEN_PATH) return listen(line, request, { delayMs: 20, ...options })
      const query = streamInputQuery.safeParse(Object.fromEntries(placeOf(request).search))
      if (!query.success) return line.close(1008, 'invalid query')
      const session = new StreamInputSession(line, settings, query.data.inactivity_timeout * 1000)
      line.socket.on('message', (data: RawData) => session.receive((data as Buffer).toString()))
      line.socket.once('close', () => session.end())
    },
    requested: (request, response, log) =>
      isOfLab(request) ? lab.answer(request, response, log) : stream(request, response, { log, settings }),
  })
}

function listen(line: Line, request: IncomingMessage, options: ScribeOptions): void {
  const query = scribeQuery.safeParse(Object.fromEntries(placeOf(request).search))
  if (!query.success) return line.close(1008, 'invalid_request')
  const session = new ScribeSession(line, query.data, options)
  line.socket.on('message', (data: RawData) => session.receive((data as Buffer).toString()))
  line.socket.once('close', () => session.end())
}

async function stream(
  request: IncomingMessage,
  response: ServerResponse,
  { log, settings }: { log: Log; settings: SpeechOptions },
): Promise<void> {
  const body = speech.safeParse(await readJson(request))
  log('in', 'stream', body.data ?? null)
  const format = placeOf(request).search.get('output_format')
  if (!body.success || format !== 'ulaw_8000') {
    const detail = { status: 'invalid_request', message: 'The request is invalid.' }
    response.writeHead(422, { 'content-type': 'application/json' }).end(JSON.stringify({ detail }))
    return
  }
  const audio = toneSpeech(body.data.text)
  await pause(settings.firstAudioMs)
  response.writeHead(200, { 'content-type': 'audio/basic' })
  for (let at = 0; at < audio.length; at += settings.pieceMs * 8) {
    response.write(audio.subarray(at, at + settings.pieceMs * 8))
    await pause(settings.betweenPiecesMs)
  }
  response.end()
}

function refusalOf(request: IncomingMessage, { apiKey, voices }: ElevenLabsOptions): number | null {
  const { path, voice, kind, search } = placeOf(request)
  if (isOfLab(request)) return letsIn(request.headers['xi-api-key'], apiKey) ? null : 401
  if (voice === null && path !== LISTEN_PATH) return 404
  if (!letsIn(request.headers['xi-api-key'], apiKey)) return 401
  if (voice !== null && voices && !voices.includes(voice)) return 404
  const query = voice === null ? scribeQuery : kind === 'stream-input' ? streamInputQuery : z.unknown()
  return query.safeParse(Object.fromEntries(search)).success ? null : 400
}

function letsIn(key: string | string[] | undefined, wanted: string | undefined): boolean {
  return typeof key === 'string' && key !== '' && (wanted === undefined || key === wanted)
}

interface Place {
  readonly path: string
  readonly voice: string | null
  readonly kind: string
  readonly search: URLSearchParams
}

function placeOf(request: IncomingMessage): Place {
  const url = new URL(request.url ?? '/', 'http://stand-in')
  const { voice = null, kind = '' } = PATH.exec(url.pathname)?.groups ?? {}
  const known = voice === null ? null : decodeURIComponent(voice)
  return { path: url.pathname, voice: known, kind, search: url.searchParams }
}
