import { catalogueOf } from '../speech/catalogue.ts'
import { type HostedConfig, hostedAnalyst, hostedParts } from '../speech/hosted.ts'
import { type LocalEngines, openLocalEngines } from '../speech/local/engines.ts'
import { LocalAnalyst } from '../speech/local/local-analyst.ts'
import { localParts } from '../speech/local/local-parts.ts'
import type { Analyst, Catalogue, Voices } from '../speech/port.ts'
import { createVoices, type VoiceParts } from '../speech/voices.ts'
import type { Config } from './config.ts'

/** Everything that can speak in this process, engines warm. */
export interface Speech extends AsyncDisposable {
  readonly voices: Voices
}

export async function openSpeech(config: Config): Promise<Speech> {
  const engines = await openLocalEngines()
  const voices = createVoices(voiceParts(config, () => engines))
  return { voices, [Symbol.asyncDispose]: () => engines[Symbol.asyncDispose]() }
}

/** What can be asked for, without loading anything. */
export function speechCatalogue(config: Config): Catalogue {
  return catalogueOf(voiceParts(config, unloaded))
}

/** A language model where one is configured, patterns where none is. */
export function openAnalyst(config: Config): Analyst {
  return hostedAnalyst(hostedConfig(config)) ?? new LocalAnalyst()
}

/** A key switches its part from local to hosted; what no key serves stays local. */
function voiceParts(config: Config, engines: () => LocalEngines): VoiceParts {
  const hosted = hostedParts(hostedConfig(config))
  const local = localParts(engines)
  const either = <Part>(first: readonly Part[], second: readonly Part[]) =>
    first.length > 0 ? first : second
  return {
    realtime: either(hosted.realtime, local.realtime),
    recognizers: either(hosted.recognizers, local.recognizers),
    brains: either(hosted.brains, local.brains),
    synthesizers: either(hosted.synthesizers, local.synthesizers),
    detectors: local.detectors,
  }
}

function hostedConfig(config: Config): HostedConfig {
  const { OPENAI_API_KEY, DEEPGRAM_API_KEY, ELEVENLABS_API_KEY, LLM_BASE_URL, LLM_MODEL } = config
  return {
    ...(OPENAI_API_KEY === undefined
      ? {}
      : {
          openai: {
            apiKey: OPENAI_API_KEY,
            ...given('baseUrl', config.OPENAI_BASE_URL),
            ...given('realtimeUrl', config.OPENAI_REALTIME_URL),
          },
        }),
    ...(DEEPGRAM_API_KEY === undefined
      ? {}
      : { deepgram: { apiKey: DEEPGRAM_API_KEY, ...given('url', config.DEEPGRAM_URL) } }),
    ...(ELEVENLABS_API_KEY === undefined
      ? {}
      : { elevenlabs: { apiKey: ELEVENLABS_API_KEY, ...given('url', config.ELEVENLABS_URL) } }),
    ...(LLM_BASE_URL === undefined || LLM_MODEL === undefined
      ? {}
      : { chat: { baseUrl: LLM_BASE_URL, apiKey: config.LLM_API_KEY ?? null, model: LLM_MODEL } }),
  }
}

function given<Name extends string>(name: Name, value: string | undefined): { [key in Name]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { [key in Name]: string })
}

function unloaded(): never {
  throw new Error('The local engines are not loaded in this process')
}
