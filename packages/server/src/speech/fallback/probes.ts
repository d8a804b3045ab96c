import type { BrainPart, RealtimePart, RecognizerPart, SynthesizerPart, VoiceParts } from '../voices.ts'
import { realtimeName } from './can-serve.ts'

/** Asks a provider for as little as shows that it works again. Rejects where it does not. */
export type Probe = (signal: AbortSignal) => Promise<void>

const word = 'Hello.'
const nothing = { prompt: word, purpose: '', tools: [], facts: {}, temperature: null }
const english = 'en-US'

/** By the names of the breakers: one for each part of each configured provider. */
export function probesOf({
  recognizers,
  brains,
  synthesizers,
  realtime,
}: VoiceParts): ReadonlyMap<string, Probe> {
  return new Map([
    ...recognizers.map(part => [`ears ${part.provider}`, listens(part)] as const),
    ...brains.map(part => [`brain ${part.provider}`, thinks(part)] as const),
    ...synthesizers.map(part => [`voice ${part.provider}`, speaks(part)] as const),
    ...realtime.map(part => [realtimeName(part.provider), talks(part)] as const),
  ])
}

function listens({ languages: [language = english], adapter }: RecognizerPart): Probe {
  return async signal => closed(await adapter.open({ language, onEvent: () => undefined }, signal))
}

function thinks({ models, adapter }: BrainPart): Probe {
  const messages = [{ role: 'user', text: word }] as const
  const request = { ...nothing, model: usualOf(models), messages, language: english, guidance: null }
  return signal => firstOf(adapter.reply(request, signal))
}

function speaks({ voices, adapter }: SynthesizerPart): Probe {
  const voice = usualOf(voices)
  const language = voices.find(({ id }) => id === voice)?.languages[0] ?? english
  return async signal => {
    await using stream = await adapter.open({ voice, language }, signal)
    await firstOf(stream.speak(given(word), signal))
  }
}

/** Opening a session is enough: nothing is asked of the model. */
function talks({ models, voices, adapter }: RealtimePart): Probe {
  const session = { ...nothing, mode: 'realtime', language: english } as const
  const chosen = { model: usualOf(models), voice: usualOf(voices) }
  return async signal => closed(await adapter.open({ ...session, ...chosen }, signal))
}

function usualOf(entries: readonly { readonly id: string; readonly default: boolean }[]): string {
  return (entries.find(entry => entry.default) ?? entries[0])?.id ?? ''
}

async function closed(opened: AsyncDisposable): Promise<void> {
  await opened[Symbol.asyncDispose]()
}

/** The rest is not waited for. */
async function firstOf(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream) return
}

async function* given(text: string): AsyncGenerator<string> {
  yield text
}
