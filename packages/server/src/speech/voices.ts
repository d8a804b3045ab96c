import { type CascadeParts, openCascadeVoice } from './cascade/cascade-voice.ts'
import type { Tongue } from './cascade/open-streams.ts'
import type { Brain, DetectorFactory, Recognizer, Synthesizer } from './cascade/port.ts'
import { audible } from './fallback/audible-voice.ts'
import { Breakers } from './fallback/breakers.ts'
import { canServe, realtimeName } from './fallback/can-serve.ts'
import { brainsFor, earsFor, voicesFor } from './fallback/choices.ts'
import { exact } from './fallback/exact-voice.ts'
import { hedged } from './fallback/hedged-brain.ts'
import { openLasting } from './fallback/lasting-voice.ts'
import type { VoiceSource } from './fallback/open-next.ts'
import { withSecondEars } from './fallback/second-ears.ts'
import { withSecondVoice } from './fallback/second-voice.ts'
import { speaks } from './speaks.ts'
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
  /** What serves when all of the others have failed; nobody can ask for it. */
  readonly reserve?: Reserve
}

export type Reserve = Pick<VoiceParts, 'recognizers' | 'brains' | 'synthesizers'>

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

/**
 * Chooses the adapters of each call by its mode, model, voice and language. Behind the one that is asked for
 * stand the others that could serve it, and behind a realtime model all of legacy mode. Where all of them have just
 * failed no call begins.
 */
export function createVoices(parts: VoiceParts, breakers = new Breakers()): Voices {
  const serves = canServe(parts)
  return {
    open: async (session, signal) => {
      const isAway = serves(session, () => true) && !serves(session, name => breakers.isReady(name))
      if (isAway) throw new VoiceFault('parley', 'unreachable', { message: allDown })
      return session.mode === 'realtime'
        ? await openRealtime({ parts, breakers }, session, signal)
        : await openCascadeVoice(cascadeOf({ parts, breakers }, session), session, signal)
    },
  }
}

const allDown = 'provider_unavailable: every provider that could hold this call has just failed several times'

interface Supply {
  readonly parts: VoiceParts
  readonly breakers: Breakers
}

async function openRealtime(supply: Supply, session: VoiceSession, signal: AbortSignal): Promise<Voice> {
  const { parts, breakers } = supply
  const part = parts.realtime.find(({ models }) => models.some(({ id }) => id === session.model))
  if (!part) throw missing(`no configured provider serves the realtime model ${session.model}`)
  const { provider, adapter } = part
  const source: VoiceSource = {
    name: realtimeName(provider),
    open: async (past, stop) => audible(provider, await adapter.open({ ...session, past }, stop)),
  }
  const voice = await openLasting([source, ...legacySource(supply, session)], breakers, signal)
  const [mouth] = voicesFor(parts, session)
  if (!mouth) return voice
  const { language } = session
  return exact(voice, stop => mouth.adapter.open({ voice: mouth.voice, language }, stop))
}

/** Legacy mode in the place of a realtime model; none where its language has no ears, brain or voice. */
function legacySource(supply: Supply, session: VoiceSession): VoiceSource[] {
  const [brain] = brainsFor(supply.parts, session)
  const [voice] = voicesFor(supply.parts, session)
  if (!brain || !voice || earsFor(supply.parts, session).length === 0 || !supply.parts.detectors) return []
  const { voiceProvider: _, ...rest } = session
  const legacy = { ...rest, mode: 'legacy' as const, model: brain.model, voice: voice.voice }
  const open: VoiceSource['open'] = (past, signal) =>
    openCascadeVoice(cascadeOf(supply, legacy), { ...legacy, past }, signal)
  return [{ name: 'legacy', open }]
}

function cascadeOf({ parts, breakers }: Supply, session: VoiceSession): CascadeParts {
  const ears = earsFor(parts, session)
  if (ears.length === 0) throw missing(`no configured recognizer understands ${session.language}`)
  const brains = brainsFor(parts, session)
  if (brains[0]?.model !== session.model)
    throw missing(`no configured provider serves the legacy model ${session.model}`)
  const voices = voicesFor(parts, session)
  if (!voices[0]?.wanted) throw missing(`no configured provider has the legacy voice ${session.voice}`)
  if (!parts.detectors) throw missing('legacy mode needs a speech detector')
  return {
    recognizer: withSecondEars(ears, breakers),
    brain: hedged(brains, breakers),
    synthesizer: withSecondVoice(voices, breakers),
    detectors: parts.detectors,
    inLanguage: (language: string) => tongueFor(parts, session, language),
  }
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

function missing(message: string): VoiceFault {
  return new VoiceFault('parley', 'refused', { message })
}
