import type { Spoken } from './cascade/port.ts'
import { type Sampler, type Voice, VoiceFault, type WantedSample } from './port.ts'
import { isSounding } from './sounding.ts'
import type { RealtimePart, SynthesizerPart, VoiceParts } from './voices.ts'

/** 15 s at 8 kHz: a provider that goes on and on is cut off. */
const mostBytes = 15 * 8_000
const replyId = 'sample'

/**
 * Lets a provider speak as one of its voices: its synthesizer where that has the voice, else its realtime model, which
 * is asked for these words. Nobody stands in for anybody: whoever listens wants to hear this very voice.
 */
export function createSampler(parts: Pick<VoiceParts, 'realtime' | 'synthesizers'>): Sampler {
  return {
    async sample(wanted, signal) {
      const audio = await speak(parts, wanted, signal)
      if (audio.length > 0 && isSounding(audio)) return audio
      throw new VoiceFault(wanted.provider, 'protocol', { message: 'nothing is to be heard' })
    },
  }
}

async function speak(
  { realtime, synthesizers }: Pick<VoiceParts, 'realtime' | 'synthesizers'>,
  wanted: WantedSample,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const ofProvider = <Part extends { readonly provider: string }>({ provider }: Part) =>
    provider === wanted.provider
  const mouth = synthesizers.filter(ofProvider).find(({ voices }) => has(voices, wanted))
  if (mouth) return await synthesize(mouth, wanted, signal)
  const model = realtime.find(ofProvider)
  if (model) return await ask(model, wanted, signal)
  throw new VoiceFault(wanted.provider, 'refused', { message: `no such voice: ${wanted.voice}` })
}

/** In legacy mode a provider may have voices that its list does not tell of. */
function has(voices: SynthesizerPart['voices'], { mode, voice }: WantedSample): boolean {
  return mode === 'legacy' || voices.some(({ id }) => id === voice)
}

async function synthesize(
  { adapter }: SynthesizerPart,
  { voice, language, text }: WantedSample,
  signal: AbortSignal,
): Promise<Uint8Array> {
  await using stream = await adapter.open({ voice, language }, signal)
  return await gathered(stream.speak(given(text), signal))
}

async function gathered(speech: AsyncIterable<Spoken>): Promise<Uint8Array> {
  const heard = new Heard()
  for await (const { audio } of speech) if (!heard.add(audio)) break
  return heard.audio
}

async function* given(text: string): AsyncGenerator<string> {
  yield text
}

async function ask(
  { provider, models, adapter }: RealtimePart,
  { voice, language, text }: WantedSample,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const model = models.find(one => one.default) ?? models[0]
  if (!model) throw new VoiceFault(provider, 'refused', { message: 'it has no model' })
  const prompt = 'You read out what you are given, word by word.'
  const session = { mode: 'realtime', model: model.id, voice, language, prompt, purpose: prompt } as const
  const rest = { temperature: null, tools: [], facts: {} }
  await using open = await adapter.open({ ...session, ...rest }, signal)
  return await sayOnce(open, provider, { text, signal })
}

async function sayOnce(
  voice: Voice,
  provider: string,
  { text, signal }: { text: string; signal: AbortSignal },
): Promise<Uint8Array> {
  const heard = new Heard()
  const done = Promise.withResolvers<void>()
  const giveUp = () => done.reject(signal.reason)
  signal.addEventListener('abort', giveUp, { once: true })
  voice.listen(event => {
    if (event.type === 'fault' && event.fatal) done.reject(event.fault)
    if (!('replyId' in event) || event.replyId !== replyId) return
    if (event.type === 'reply_audio' && !heard.add(event.audio)) done.resolve()
    if (event.type !== 'reply_done') return
    if (event.result === 'complete') done.resolve()
    else done.reject(new VoiceFault(provider, 'protocol', { message: `the words were ${event.result}` }))
  })
  try {
    if (signal.aborted) giveUp()
    else voice.say(replyId, text)
    await done.promise
    return heard.audio
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

class Heard {
  readonly #pieces: Uint8Array[] = []
  #bytes = 0

  /** The piece may be used again afterwards. Whether there is room for more. */
  add(piece: Uint8Array): boolean {
    this.#pieces.push(piece.slice(0, mostBytes - this.#bytes))
    this.#bytes = Math.min(mostBytes, this.#bytes + piece.length)
    return this.#bytes < mostBytes
  }

  get audio(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#pieces))
  }
}
