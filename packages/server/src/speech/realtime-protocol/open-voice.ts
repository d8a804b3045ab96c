import { raced } from '../patience.ts'
import { VoiceFault, type Voice, type Voices, type VoiceSession } from '../port.ts'
import { openSocket, type SocketDeadlines } from '../socket-session.ts'
import type { Dialect } from './dialect.ts'
import { faultOfCode } from './faults.ts'
import { ProtocolVoice } from './protocol-voice.ts'
import { parseServerEvent, type ServerEvent } from './server-events.ts'

/** From the open socket to the confirmed configuration. */
const CONFIGURE_PATIENCE_MS = 5_000

/** The voices of a service that speaks OpenAI's protocol. */
export function dialectVoices(dialect: Dialect, deadlines: Partial<SocketDeadlines> = {}): Voices {
  return { open: (session, signal) => openVoice({ dialect, deadlines }, session, signal) }
}

async function openVoice(
  { dialect, deadlines }: { dialect: Dialect; deadlines: Partial<SocketDeadlines> },
  session: VoiceSession,
  signal: AbortSignal,
): Promise<Voice> {
  const configured = new Configuration(dialect)
  let voice: ProtocolVoice | null = null
  const socket = await openSocket(
    {
      provider: dialect.provider,
      url: dialect.url(session.model),
      headers: dialect.headers,
      secret: dialect.secret,
      onMessage: frame => {
        const event = parseServerEvent(frame)
        if (configured.settled) voice?.received(event)
        else configured.received(event)
      },
      onLost: fault => {
        configured.lost(fault)
        voice?.lost(fault)
      },
      deadlines,
    },
    signal,
  )
  const late = () =>
    new VoiceFault(dialect.provider, 'timeout', { message: 'the session was not configured in time' })
  const patience = { waitMs: CONFIGURE_PATIENCE_MS, late }
  try {
    const opened = new ProtocolVoice(session, dialect, socket)
    voice = opened
    await raced(configured.created, patience, signal)
    socket.send(JSON.stringify(dialect.sessionUpdate(session)))
    await raced(configured.updated, patience, signal)
    opened.recall(session.past ?? [])
    return opened
  } catch (error) {
    await socket[Symbol.asyncDispose]()
    throw error
  }
}

/** Follows the two steps a session is opened in: created by the server, then updated by us. */
class Configuration {
  readonly #created = Promise.withResolvers<void>()
  readonly #updated = Promise.withResolvers<void>()
  readonly #dialect: Dialect
  settled = false

  constructor(dialect: Dialect) {
    this.#dialect = dialect
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
      const fault = faultOfCode(event.code, event.message, this.#dialect)
      // What the session asks for is ours to get right: a protocol error here means the request was refused.
      this.lost(
        fault.kind === 'protocol'
          ? new VoiceFault(fault.provider, 'refused', { message: fault.message })
          : fault,
      )
    }
  }

  lost(fault: VoiceFault): void {
    this.#created.reject(fault)
    this.#updated.reject(fault)
  }
}
