import { openCascadeVoice } from './cascade/cascade-voice.ts'
import type { Tongue } from './cascade/open-streams.ts'
import type { Brain, DetectorFactory, Recognizer, Synthesizer } from './cascade/port.ts'
import {
  VoiceFault,
  type ModelInfo,
  type Voice,
  type VoiceInfo,
  type Voices,
  type VoiceSession,
} from './port.ts'

/** What the configured providers bring. Order is preference: of two that could serve, the first one does. */
export interface VoiceParts {
  readonly realtime: readonly RealtimePart[]
  readonly recognizers: readonly RecognizerPart[]
  readonly brains: readonly BrainPart[]
  readonly synthesizers: readonly SynthesizerPart[]
  /** Null where no detector runs: legacy mode is then not to be had. */
  readonly detectors: DetectorFactory | null
}

export interface RealtimePart {
  readonly provider: string
  readonly models: readonly ModelInfo[]
  readonly voices: readonly VoiceInfo[]
  readonly adapter: Voices
}

export interface RecognizerPart {
  readonly provider: string
  /** BCP 47. */
  readonly languages: readonly string[]
  readonly adapter: Recognizer
}

export interface BrainPart {
  readonly provider: string
  readonly models: readonly ModelInfo[]
  readonly adapter: Brain
}

export interface SynthesizerPart {
  readonly provider: string
  readonly voices: readonly VoiceInfo[]
  readonly adapter: Synthesizer
}

/** Chooses the adapters of each call by its mode, model, voice and language. */
export function createVoices(parts: VoiceParts): Voices {
  return {
    open: async (session, signal) =>
      session.mode === 'realtime'
        ? await openRealtime(parts, session, signal)
        : await openLegacy(parts, session, signal),
  }
}

function openRealtime(parts: VoiceParts, session: VoiceSession, signal: AbortSignal): Promise<Voice> {
  const part = parts.realtime.find(({ models }) => models.some(({ id }) => id === session.model))
  if (!part) throw missing(`no configured provider serves the realtime model ${session.model}`)
  return part.adapter.open(session, signal)
}

function openLegacy(parts: VoiceParts, session: VoiceSession, signal: AbortSignal): Promise<Voice> {
  const recognizer = recognizerFor(parts, session.language)
  const brain = parts.brains.find(({ models }) => models.some(({ id }) => id === session.model))
  if (!brain) throw missing(`no configured provider serves the legacy model ${session.model}`)
  const synthesizer = synthesizerOf(parts, session)
  if (!synthesizer) throw missing(`no configured provider has the legacy voice ${session.voice}`)
  if (!parts.detectors) throw missing('legacy mode needs a speech detector')
  const chosen = {
    recognizer,
    brain: brain.adapter,
    synthesizer: synthesizer.adapter,
    detectors: parts.detectors,
    inLanguage: (language: string) => tongueFor(parts, session, language),
  }
  return openCascadeVoice(chosen, session, signal)
}

function recognizerFor({ recognizers }: VoiceParts, language: string): Recognizer {
  const part = recognizers.find(({ languages }) => speaks(languages, language))
  if (!part) throw missing(`no configured recognizer understands ${language}`)
  return part.adapter
}

/** The call's own voice where it speaks the language, else one that does, of the same provider if it has any. */
function tongueFor(parts: VoiceParts, session: VoiceSession, language: string): Tongue {
  const own = synthesizerOf(parts, session)
  const first = own ? [own, ...parts.synthesizers] : parts.synthesizers
  for (const { voices, adapter } of first) {
    const fitting = voices.filter(({ languages }) => speaks(languages, language))
    const voice = fitting.find(({ id }) => id === session.voice) ?? fitting.find(isDefault) ?? fitting[0]
    if (voice) return { recognizer: recognizerFor(parts, language), synthesizer: adapter, voice: voice.id }
  }
  throw missing(`no configured voice speaks ${language}`)
}

function isDefault(voice: VoiceInfo): boolean {
  return voice.default
}

/** A voice that is in no list was registered by its id, which then goes to the preferred provider. */
function synthesizerOf({ synthesizers }: VoiceParts, session: VoiceSession): SynthesizerPart | undefined {
  const { voice, voiceProvider } = session
  if (voiceProvider !== undefined) return synthesizers.find(({ provider }) => provider === voiceProvider)
  return synthesizers.find(({ voices }) => voices.some(({ id }) => id === voice)) ?? synthesizers[0]
}

/** `es` understands `es-MX`, and `es-ES` is good enough for plain `es`; `es-ES` does not claim `es-MX`. */
export function speaks(languages: readonly string[], wanted: string): boolean {
  const tag = wanted.toLowerCase()
  return languages.some(language => {
    const known = language.toLowerCase()
    return known === tag || tag.startsWith(`${known}-`) || known.startsWith(`${tag}-`)
  })
}

function missing(message: string): VoiceFault {
  return new VoiceFault('parley', 'refused', { message })
}
