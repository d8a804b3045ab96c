import { raced } from '../../patience.ts'
import { VoiceFault, type Voice, type Voices, type VoiceSession } from '../../port.ts'
import { openSocket, type SocketDeadlines } from '../../socket-session.ts'
import { sessionUpdate } from './client-events.ts'
import { faultOfCode, PROVIDER } from './faults.ts'
import { OpenAiVoice } from './openai-voice.ts'
import { parseServerEvent, type ServerEvent } from './server-events.ts'

export interface OpenAiRealtimeConfig {
  readonly apiKey: string
  /** Default `wss://api.openai.com/v1/realtime`. */
  readonly realtimeUrl?: string
  /** Where the platform's other requests to OpenAI go; the realtime URL is derived from it unless given. */
  readonly baseUrl?: string
  readonly deadlines?: Partial<SocketDeadlines>
}

/** From the open socket to the confirmed configuration. */
const CONFIGURE_PATIENCE_MS = 5_000

export function openAiRealtime(config: OpenAiRealtimeConfig): Voices {
  return { open: (session, signal) => openOpenAiVoice(config, session, signal) }
}

async function openOpenAiVoice(
  config: OpenAiRealtimeConfig,
  session: VoiceSession,
  signal: AbortSignal,
): Promise<Voice> {
  const configured = new Configuration(config.apiKey)
  let voice: OpenAiVoice | null = null
  const socket = await openSocket(
    {
      provider: PROVIDER,
      url: realtimeUrl(config, session.model),
      headers: { authorization: `Bearer ${config.apiKey}` },
      secret: config.apiKey,
      onMessage: frame => {
        const event = parseServerEvent(frame)
        if (configured.settled) voice?.received(event)
        else configured.received(event)
      },
      onLost: fault => {
        configured.lost(fault)
        voice?.lost(fault)
      },
      ...(config.deadlines ? { deadlines: config.deadlines } : {}),
    },
    signal,
  )
  try {
    const opened = new OpenAiVoice(session, config.apiKey, socket)
    voice = opened
    await raced(configured.created, patience, signal)
    socket.send(JSON.stringify(sessionUpdate(session)))
    await raced(configured.updated, patience, signal)
    return opened
  } catch (error) {
    await socket[Symbol.asyncDispose]()
    throw error
  }
}

const patience = {
  waitMs: CONFIGURE_PATIENCE_MS,
  late: () => new VoiceFault(PROVIDER, 'timeout', { message: 'the session was not configured in time' }),
}

/** Follows the two steps a session is opened in: created by the server, then updated by us. */
class Configuration {
  readonly #created = Promise.withResolvers<void>()
  readonly #updated = Promise.withResolvers<void>()
  readonly #secret: string
  settled = false

  constructor(secret: string) {
    this.#secret = secret
    // Either may fail while only the other is awaited.
    this.#created.promise.catch(() => undefined)
    this.#updated.promise.catch(() => undefined)
  }

  get created(): Promise<void> {
    return this.#created.promise
  }

  get updated(): Promise<void> {
    return this.#updated.promise
  }

  received(event: ServerEvent): void {
    if (event.type === 'session_created') this.#created.resolve()
    if (event.type === 'session_updated') {
      this.settled = true
      this.#updated.resolve()
    }
    if (event.type === 'error') {
      const fault = faultOfCode(event.code, event.message, this.#secret)
      // What the session asks for is ours to get right: a protocol error here means the request was refused.
      this.lost(
        fault.kind === 'protocol' ? new VoiceFault(PROVIDER, 'refused', { message: fault.message }) : fault,
      )
    }
  }

  lost(fault: VoiceFault): void {
    this.#created.reject(fault)
    this.#updated.reject(fault)
  }
}

function realtimeUrl({ realtimeUrl: given, baseUrl }: OpenAiRealtimeConfig, model: string): URL {
  const url = new URL(given ?? `${(baseUrl ?? 'https://api.openai.com/v1').replace(/\/+$/u, '')}/realtime`)
  if (url.protocol === 'https:') url.protocol = 'wss:'
  if (url.protocol === 'http:') url.protocol = 'ws:'
  url.searchParams.set('model', model)
  return url
}
