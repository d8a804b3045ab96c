import { createPublicKey, verify } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { Server, ServerCredentials, status, Metadata, type ServiceDefinition } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import type { HearingOptions } from '../hearing.ts'
import type { LogEntry, StandIn } from '../stand-in.ts'
import { openTcpGate } from '../tcp-gate.ts'
import { RecognizeSession, type Stream } from './recognize-session.ts'

export interface GoogleSpeechOptions extends HearingOptions {
  /** The only key that is let in; default: any non-empty one. */
  readonly apiKey?: string
  /** Of a service account, in PEM: its own tokens are let in too. */
  readonly publicKey?: string
  /** How much audio one stream takes, in milliseconds. */
  readonly limitMs?: number
  /** Keeps the head of its answer until there is something to tell. Default false. */
  readonly silentStart?: boolean
  /** Takes streams and then refuses them. Default false. */
  readonly refusesLate?: boolean
}

const protocol = loadSync(fileURLToPath(new URL('speech.proto', import.meta.url)), {
  longs: Number,
  enums: String,
  defaults: true,
  oneofs: true,
})
const { StreamingRecognize: method } = protocol['google.cloud.speech.v1.Speech'] as ServiceDefinition

/** Google's streaming recognition, over gRPC. */
export async function openGoogleSpeech(options: GoogleSpeechOptions = {}): Promise<StandIn> {
  const log: LogEntry[] = []
  const note = (connection: number, type: string, body: unknown = null) =>
    void log.push({ atMs: performance.now(), connection, direction: 'in', type, body })
  const open = new Set<Stream>()
  let refusal: status | null = null
  let hushed = false
  const inOrder = orderedAudio(audio => options.onAudio?.(audio))
  const server = new Server()
  const recognize = (stream: Stream) => {
    const refused = refusal ?? refusalOf(stream.metadata, options)
    if (refused !== null) return refuse(stream, refused)
    if (hushed) return
    if (options.silentStart !== true) stream.sendMetadata(new Metadata())
    if (options.refusesLate === true) return refuse(stream, status.UNAUTHENTICATED)
    open.add(stream)
    stream.once('close', () => open.delete(stream))
    stream.once('cancelled', () => open.delete(stream))
    const onAudio = inOrder(stream)
    const onConfig = (config: unknown) => note(0, 'config', config)
    new RecognizeSession(stream, { ...options, onAudio, limitMs: options.limitMs ?? 305_000, onConfig })
  }
  if (method) server.addService({ StreamingRecognize: passing(method) }, { StreamingRecognize: recognize })
  const port = await bound(server)
  const gate = await openTcpGate(port, note)
  return {
    url: `http://127.0.0.1:${gate.port}`,
    log,
    faults: {
      refuse: code => {
        refusal = code === null ? null : statusOf(code)
      },
      drop: () => gate.drop(),
      stall: () => gate.stall(),
      garble: () => open.forEach(stream => stream.write(Buffer.from([0x12, 0xff, 0xff, 0xff]))),
      hush: on => {
        hushed = on
      },
    },
    [Symbol.asyncDispose]: async () => {
      server.forceShutdown()
      await gate[Symbol.asyncDispose]()
    },
  }
}

function refuse(stream: Stream, code: status): void {
  stream.emit('error', Object.assign(new Error('refused'), { code, details: 'refused' }))
}

/** Streams of one connection overtake each other; what they carried is told as one piece of audio all the same. */
function orderedAudio(tell: (audio: Uint8Array) => void): (stream: Stream) => (audio: Uint8Array) => void {
  const waiting: { ended: boolean; readonly audio: Uint8Array[] }[] = []
  const flush = () => {
    for (let first = waiting[0]; first; first = waiting[0]) {
      first.audio.splice(0).forEach(tell)
      if (!first.ended) return
      waiting.shift()
    }
  }
  return stream => {
    const place = { ended: false, audio: [] as Uint8Array[] }
    waiting.push(place)
    const end = () => {
      place.ended = true
      flush()
    }
    stream.once('end', end)
    stream.once('cancelled', end)
    return audio => {
      place.audio.push(audio)
      flush()
    }
  }
}

/** The method, whose answers may also be bytes that mean nothing. */
function passing(known: ServiceDefinition[string]): ServiceDefinition[string] {
  const responseSerialize = (value: object) =>
    Buffer.isBuffer(value) ? value : known.responseSerialize(value)
  return { ...known, responseSerialize }
}

function bound(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    )
  })
}

function refusalOf(metadata: Metadata, { apiKey, publicKey }: GoogleSpeechOptions): status | null {
  const [key] = metadata.get('x-goog-api-key')
  const [authorization] = metadata.get('authorization')
  if (publicKey !== undefined && typeof authorization === 'string') {
    return isSigned(authorization.replace(/^Bearer /u, ''), publicKey) ? null : status.UNAUTHENTICATED
  }
  if (typeof key !== 'string' || key === '') return status.UNAUTHENTICATED
  return apiKey === undefined || key === apiKey ? null : status.UNAUTHENTICATED
}

/** A token that a service account has signed for this service and that is not over. */
function isSigned(token: string, publicKey: string): boolean {
  const [header = '', claims = '', signature = ''] = token.split('.')
  const signed = Buffer.from(`${header}.${claims}`)
  if (!verify('RSA-SHA256', signed, createPublicKey(publicKey), Buffer.from(signature, 'base64url')))
    return false
  const { aud, exp, iss, sub } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<
    string,
    unknown
  >
  const lasts = typeof exp === 'number' && exp * 1000 > Date.now() && exp * 1000 < Date.now() + 3_700_000
  return aud === 'https://speech.googleapis.com/' && lasts && typeof iss === 'string' && iss === sub
}

function statusOf(http: number): status {
  if (http === 401) return status.UNAUTHENTICATED
  if (http === 429) return status.RESOURCE_EXHAUSTED
  return http >= 500 ? status.UNAVAILABLE : status.INVALID_ARGUMENT
}
