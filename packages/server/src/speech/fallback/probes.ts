import type { VoiceParts } from '../voices.ts'
import { realtimeName } from './can-serve.ts'

/** Asks a provider for as little as shows that it works again. Rejects where it does not. */
export type Probe = (signal: AbortSignal) => Promise<void>

const word = 'Hello.'
const nothing = { prompt: word, purpose: '', tools: [], facts: {} }

/** By the names of the breakers: one for each part of each configured provider. */
export function probesOf(parts: VoiceParts): ReadonlyMap<string, Probe> {
  const probes = new Map<string, Probe>()
  for (const { provider, languages, adapter } of parts.recognizers)
    probes.set(`ears ${provider}`, async signal => {
      const options = { language: languages[0] ?? 'en-US', onEvent: () => undefined }
      await closed(await adapter.open(options, signal))
    })
  for (const { provider, models, adapter } of parts.brains) {
    const model = (models.find(one => one.default) ?? models[0])?.id ?? ''
    const messages = [{ role: 'user', text: word }] as const
    const request = { ...nothing, model, messages, language: 'en-US', temperature: null, guidance: null }
    probes.set(`brain ${provider}`, signal => firstOf(adapter.reply(request, signal)))
  }
  for (const { provider, voices, adapter } of parts.synthesizers) {
    const voice = voices.find(one => one.default) ?? voices[0]
    if (!voice) continue
    probes.set(`voice ${provider}`, async signal => {
      const stream = await adapter.open({ voice: voice.id, language: voice.languages[0] ?? 'en-US' }, signal)
      await firstOf(stream.speak(given(word), signal)).finally(() => closed(stream))
    })
  }
  for (const { provider, models, voices, adapter } of parts.realtime) {
    const model = (models.find(one => one.default) ?? models[0])?.id ?? ''
    const voice = (voices.find(one => one.default) ?? voices[0])?.id ?? ''
    const session = { mode: 'realtime', model, voice, language: 'en-US', temperature: null } as const
    probes.set(realtimeName(provider), async signal =>
      closed(await adapter.open({ ...session, ...nothing }, signal)),
    )
  }
  return probes
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
