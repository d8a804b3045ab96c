import { openDeepgram } from '../../packages/rehearsal/src/stand-ins/deepgram/open-deepgram.ts'
import { openElevenLabs } from '../../packages/rehearsal/src/stand-ins/elevenlabs/open-elevenlabs.ts'
import { openOpenAiChat } from '../../packages/rehearsal/src/stand-ins/openai-chat/open-openai-chat.ts'
import { openOpenAiRealtime } from '../../packages/rehearsal/src/stand-ins/openai-realtime/open-openai-realtime.ts'
import { echo } from '../../packages/rehearsal/src/stand-ins/openai-realtime/script.ts'
import type { StandIn } from '../../packages/rehearsal/src/stand-ins/stand-in.ts'
import { hostedParts } from '../../packages/server/src/speech/hosted.ts'
import { hostedRealtime } from '../../packages/server/src/speech/hosted/realtime.ts'
import type { VoiceParts } from '../../packages/server/src/speech/voices.ts'

export type ProviderName = 'realtime' | 'recognizer' | 'brain' | 'synthesizer'

/** How the models go wrong by themselves, whatever their connections do. */
export interface Ills {
  /** A reply begins and does not go on: after nothing, or after some words. */
  stops: 'at_once' | 'midway' | null
  /** What is spoken can not be heard. */
  silent: boolean
  /** A reply breaks off, and its connection with it. */
  cut: boolean
}

/** The providers of one call, on ports of their own: what befalls them befalls no other call. */
export interface Providers extends AsyncDisposable {
  readonly standIns: Readonly<Record<ProviderName, StandIn>>
  readonly ills: Ills
  readonly parts: VoiceParts
}

/** Long enough that nobody takes it for the words that fill a wait. */
const answers = [
  'I have written that down for you, and we are looking forward to seeing you.',
  'Please bring your insurance card with you, and come ten minutes early if you can.',
  'That is all that I wanted to ask you today, and I thank you for your time.',
] as const
export const callee = [
  'Yes, that works for me.',
  'What should I bring with me?',
  'Alright, I will do that.',
] as const
/** As fast as audio is heard or a little faster, so that a fault meets a reply that is being made. */
const pieceMs = 100
const pieceEveryMs = 70

export async function openProviders(local: VoiceParts): Promise<Providers> {
  await using opening = new AsyncDisposableStack()
  const ills: Ills = { stops: null, silent: false, cut: false }
  const answer = (turn: number): string => answers[(turn + answers.length) % answers.length] ?? answers[0]
  const transcribe = (turn: number): string => callee[turn - 1] ?? ''
  const realtime = opening.use(
    await openOpenAiRealtime({
      pace: { firstDeltaMs: 300, betweenDeltasMs: pieceEveryMs, deltaAudioMs: pieceMs },
      script: {
        transcribe,
        reply: situation => {
          if (ills.stops !== null) return { hangs: true }
          const { text = '' } = /word for word/iu.test(situation.instructions)
            ? echo.reply(situation)
            : { text: answer(situation.turns - 1) }
          return ills.silent ? { text, audio: new Uint8Array(text.length * 400).fill(0xff) } : { text }
        },
      },
    }),
  )
  const brain = opening.use(
    await openOpenAiChat({
      firstTokenMs: 250,
      betweenTokensMs: 20,
      reply: ({ messages }) => {
        const after = ills.stops === 'at_once' ? 1 : 6
        const how = ills.cut ? 'cut' : 'silent'
        const text = answer(messages.filter(({ role }) => role === 'user').length - 1)
        return { text, ...((ills.stops || ills.cut) && { breaks: { after, how } }) }
      },
    }),
  )
  const recognizer = opening.use(await openDeepgram({ transcribe: stretch => transcribe(stretch) }))
  const synthesizer = opening.use(
    await openElevenLabs({
      firstAudioMs: 200,
      pieceMs,
      betweenPiecesMs: pieceEveryMs,
      isSilent: () => ills.silent,
    }),
  )
  const standIns = { realtime, brain, recognizer, synthesizer }
  const parts = partsOf(standIns, local)
  const opened = opening.move()
  return { standIns, ills, parts, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

/** As a server has them that is given these keys, its local engines in reserve. */
function partsOf(standIns: Providers['standIns'], local: VoiceParts): VoiceParts {
  const apiKey = 'key'
  const hosted = hostedParts({
    chat: { baseUrl: `${standIns.brain.url}/v1`, apiKey, model: 'stand-in' },
    deepgram: { apiKey, url: standIns.recognizer.url },
    elevenlabs: { apiKey, url: standIns.synthesizer.url },
    recognizer: 'deepgram',
  })
  const openai = { apiKey, realtimeUrl: `${standIns.realtime.url}/v1/realtime` }
  return {
    ...hosted,
    realtime: hostedRealtime({ openai }),
    detectors: local.detectors,
    reserve: local,
  }
}
