import { openSynthesizer } from '@parley/engines/synthesizer'
import type { CanServe } from '../domain/provider-health.ts'
import { hostedEmbedder } from '../speech/embedder/openai-embedder.ts'
import { catalogueOf } from '../speech/catalogue.ts'
import { Breakers } from '../speech/fallback/breakers.ts'
import { canServe } from '../speech/fallback/can-serve.ts'
import { probesOf } from '../speech/fallback/probes.ts'
import { hostedAnalyst, hostedParts } from '../speech/hosted.ts'
import { hostedCloners } from '../speech/hosted/cloners.ts'
import { type LocalEngines, openLocalEngines } from '../speech/local/engines.ts'
import { LocalAnalyst } from '../speech/local/local-analyst.ts'
import { localParts } from '../speech/local/local-parts.ts'
import { createNetworkEars } from '../speech/network-ears.ts'
import { loadOnce } from '../speech/local/load-once.ts'
import { lateSynthesizer } from '../speech/local/local-synthesizer.ts'
import type {
  Analyst,
  Catalogue,
  Cloner,
  Embedder,
  NetworkEars,
  Sampler,
  Standby,
  Voices,
} from '../speech/port.ts'
import { createSampler } from '../speech/sampler.ts'
import { createStandby } from '../speech/standby.ts'
import { type TextBrains, textBrains } from '../speech/text-brains.ts'
import { createVoices, type SynthesizerPart, type VoiceParts } from '../speech/voices.ts'
import type { Config } from './config.ts'
import type { ProviderHealthParts } from './provider-health.ts'
import { hostedConfig } from './speech-settings.ts'

/** Everything that can speak in this process, engines warm. */
export interface Speech extends AsyncDisposable {
  readonly voices: Voices
  readonly networkEars: NetworkEars
  readonly standby: Standby
  readonly health: ProviderHealthParts
}

export async function openSpeech(config: Config): Promise<Speech> {
  const engines = await openLocalEngines()
  const parts = voiceParts(config, () => engines)
  const breakers = new Breakers()
  const speech = {
    health: { breakers, probes: probesOf(parts) },
    voices: createVoices(parts, breakers),
    networkEars: createNetworkEars(parts),
    standby: createStandby(parts),
  }
  return { ...speech, [Symbol.asyncDispose]: () => engines[Symbol.asyncDispose]() }
}

/** What can be asked for, without loading anything. */
export function speechCatalogue(config: Config): Catalogue {
  return catalogueOf(voiceParts(config, unloaded))
}

/** Which of the configured providers a call can do without, without loading anything. */
export function speechAvailability(config: Config): CanServe {
  return canServe(voiceParts(config, unloaded))
}

/** What speaks outside of calls. The local voices are loaded when one is first heard. */
export function openSampler(config: Config): Sampler & AsyncDisposable {
  const engine = loadOnce(openSynthesizer)
  const late = lateSynthesizer(engine.get)
  const parts = voiceParts(config, unloaded)
  const withLate = (part: SynthesizerPart) => (part.provider === 'local' ? { ...part, adapter: late } : part)
  const sampler = createSampler({
    // The local one has no voice but those of the synthesizer, and its engines are not here.
    realtime: parts.realtime.filter(({ provider }) => provider !== 'local'),
    synthesizers: [...parts.synthesizers, ...(parts.reserve?.synthesizers ?? [])].map(withLate),
  })
  return {
    ...sampler,
    [Symbol.asyncDispose]: async () =>
      (await engine.current()?.catch(() => undefined))?.[Symbol.asyncDispose](),
  }
}

/** Who makes voices of recordings. */
export function openCloners(config: Config): readonly Cloner[] {
  return hostedCloners(hostedConfig(config))
}

/** A language model where one is configured, patterns where none is. */
export function openAnalyst(config: Config): Analyst {
  return hostedAnalyst(hostedConfig(config)) ?? new LocalAnalyst()
}

/** What thinks without hearing or speaking; it needs no engines. */
export function openTextBrains(config: Config): TextBrains {
  return textBrains(voiceParts(config, unloaded))
}

/** Null: knowledge is searched by words alone. */
export function openEmbedder(config: Config): Embedder | null {
  return hostedEmbedder(hostedConfig(config))
}

/** A key switches its part from local to hosted; what no key serves stays local. */
function voiceParts(config: Config, engines: () => LocalEngines): VoiceParts {
  const hosted = hostedParts(hostedConfig(config))
  const local = localParts(engines)
  const either = <Part>(first: readonly Part[], second: readonly Part[]) =>
    first.length > 0 ? first : second
  return {
    realtime: either(hosted.realtime, local.realtime),
    recognizers:
      config.STT_PROVIDER === 'local' ? local.recognizers : either(hosted.recognizers, local.recognizers),
    brains: either(hosted.brains, local.brains),
    synthesizers: either(hosted.synthesizers, local.synthesizers),
    detectors: local.detectors,
    reserve: local,
  }
}

function unloaded(): never {
  throw new Error('The local engines are not loaded in this process')
}
