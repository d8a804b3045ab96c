import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from '../loopback.ts'
import { toneSpeechAt } from '../tone-speech.ts'
import { readSpeechDocument } from './speech-document.ts'

export interface AzureVoicing {
  /** From the request to its first audio, and from piece to piece, in milliseconds. */
  readonly firstAudioMs: number
  readonly betweenPiecesMs: number
  /** Other than 8000: it answers with a RIFF header, as for the formats that have one. */
  readonly sampleRateHz: number
  /** Names of the voices there are. */
  readonly voices: readonly string[]
}

const PIECE_BYTES = 800
const LARGEST_BODY_BYTES = 64 * 1024

/** `POST /cognitiveservices/v1`. It speaks µ-law at 8 kHz without a header. */
export async function synthesize(
  request: IncomingMessage,
  response: ServerResponse,
  { log, voicing }: { log: Log; voicing: AzureVoicing },
): Promise<void> {
  const { headers } = request
  const asked = readSpeechDocument(await readText(request))
  const refuse = (status: number, fault: string) => {
    log('in', 'invalid', fault)
    response.writeHead(status, fault).end()
  }
  if (headers['content-type'] !== 'application/ssml+xml') return refuse(415, 'Unsupported Media Type')
  if (headers['x-microsoft-outputformat'] !== 'raw-8khz-8bit-mono-mulaw') return refuse(400, 'Unknown format')
  if (!headers['user-agent']) return refuse(400, 'No user agent')
  if ('fault' in asked) return refuse(400, asked.fault)
  if (!voicing.voices.includes(asked.voice)) return refuse(400, 'Unsupported voice')
  log('in', 'synthesize', asked)
  const speech = toneSpeechAt(asked.text, voicing.sampleRateHz)
  const raw = voicing.sampleRateHz === 8000
  await pause(voicing.firstAudioMs)
  response.writeHead(200, { 'content-type': raw ? 'audio/basic' : 'audio/x-wav' })
  const audio = raw ? speech : Buffer.concat([riffHeader(voicing.sampleRateHz), speech])
  for (let at = 0; at < audio.length && !response.destroyed; at += PIECE_BYTES) {
    response.write(audio.subarray(at, at + PIECE_BYTES))
    await pause(voicing.betweenPiecesMs)
  }
  response.end()
}

/** Of µ-law, whose format is 7. */
function riffHeader(sampleRateHz: number): Buffer {
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(7, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(sampleRateHz, 24)
  header.writeUInt32LE(sampleRateHz, 28)
  header.writeUInt16LE(1, 32)
  header.writeUInt16LE(8, 34)
  header.write('data', 36)
  return header
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > LARGEST_BODY_BYTES) return ''
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
