import { raced } from '../../patience.ts'
import { VoiceFault, type Voice, type Voices, type VoiceSession } from '../../port.ts'
import { openSocket, type SocketDeadlines } from '../../socket-session.ts'
import { setup } from './client-messages.ts'
import { GeminiVoice } from './gemini-voice.ts'
import { PROVIDER } from './models.ts'
import { parseServerMessage } from './server-messages.ts'

export interface GeminiRealtimeConfig {
  readonly apiKey: string
  /** Default `wss://generativelanguage.googleapis.com`. */
  readonly url?: string
  readonly deadlines?: Partial<SocketDeadlines>
}

/** From the open socket to the confirmed configuration. */
const CONFIGURE_PATIENCE_MS = 5_000
const PATH = '/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent'

/** Google's Gemini Live. */
export function geminiRealtime(config: GeminiRealtimeConfig): Voices {
  return { open: (session, signal) => openGemini(config, session, signal) }
}

async function openGemini(
  config: GeminiRealtimeConfig,
  session: VoiceSession,
  signal: AbortSignal,
): Promise<Voice> {
  const configured = Promise.withResolvers<void>()
  configured.promise.catch(() => undefined)
  let voice: GeminiVoice | null = null
  const socket = await openSocket(
    {
      provider: PROVIDER,
      url: liveUrl(config),
      // In a header rather than in the address, which proxies write into their logs.
      headers: { 'x-goog-api-key': config.apiKey },
      secret: config.apiKey,
      textInBinary: true,
      onMessage: frame => {
        for (const event of parseServerMessage(frame)) {
          if (event.type === 'setup_complete') configured.resolve()
          voice?.received(event)
        }
      },
      onLost: fault => {
        configured.reject(fault)
        voice?.lost(fault)
      },
      ...(config.deadlines ? { deadlines: config.deadlines } : {}),
    },
    signal,
  )
  try {
    const opened = new GeminiVoice(socket)
    voice = opened
    socket.send(JSON.stringify(setup(session)))
    const late = () =>
      new VoiceFault(PROVIDER, 'timeout', { message: 'the session was not configured in time' })
    await raced(configured.promise, { waitMs: CONFIGURE_PATIENCE_MS, late }, signal)
    return opened
  } catch (error) {
    await socket[Symbol.asyncDispose]()
    throw error
  }
}

function liveUrl({ url = 'https://generativelanguage.googleapis.com' }: GeminiRealtimeConfig): URL {
  const live = new URL(`${url.replace(/\/+$/u, '')}${PATH}`)
  live.protocol = live.protocol.replace('http', 'ws')
  return live
}
