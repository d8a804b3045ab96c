import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { Log } from '../loopback.ts'
import { readJson } from '../read-body.ts'
import { toneSpeechAt } from '../tone-speech.ts'

const query = z.strictObject({
  model: z.string().regex(/^aura(?:-2)?-[a-z]+-[a-z]{2}$/u),
  encoding: z.literal('mulaw'),
  sample_rate: z.enum(['8000', '16000']),
  container: z.enum(['none', 'wav']),
})

const body = z.strictObject({ text: z.string().min(1).max(2000) })

const PIECE_BYTES = 800

export interface SpeakOptions {
  /** From the request to its first audio, and from piece to piece, in milliseconds. */
  readonly firstAudioMs?: number
  readonly betweenPiecesMs?: number
  /** What it speaks, whatever it was asked for; it says so. */
  readonly sampleRateHz?: number
}

/** `POST /v1/speak`. It speaks µ-law and nothing else. */
export async function speak(
  request: IncomingMessage,
  response: ServerResponse,
  { log, options }: { log: Log; options: SpeakOptions },
): Promise<void> {
  const { firstAudioMs = 0, betweenPiecesMs = 1, sampleRateHz = 8000 } = options
  const { searchParams } = new URL(request.url ?? '/', 'http://stand-in')
  const asked = query.safeParse(Object.fromEntries(searchParams))
  const said = body.safeParse(await readJson(request))
  if (!asked.success || !said.success) {
    log('in', 'invalid', (asked.error ?? said.error)?.issues[0] ?? null)
    const fault = { err_code: 'Bad Request', err_msg: 'The request is invalid.', request_id: 'stand-in' }
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(fault))
    return
  }
  log('in', 'speak', { ...asked.data, ...said.data })
  const audio = toneSpeechAt(said.data.text, sampleRateHz)
  await pause(firstAudioMs)
  response.writeHead(200, { 'content-type': `audio/mulaw;rate=${sampleRateHz}` })
  for (let at = 0; at < audio.length && !response.destroyed; at += PIECE_BYTES) {
    response.write(audio.subarray(at, at + PIECE_BYTES))
    await pause(betweenPiecesMs)
  }
  response.end()
}
