import type { Catalogue, ModelInfo, VoiceInfo } from './port.ts'
import type { VoiceParts } from './voices.ts'

/** What the parts can serve, in their order. Within a mode an id is listed once and one entry is the default. */
export function catalogueOf(parts: VoiceParts): Catalogue {
  const legacy = parts.recognizers.length > 0 && parts.detectors !== null
  const models = [...parts.realtime, ...(legacy ? parts.brains : [])].flatMap(part => part.models)
  const voices = [...parts.realtime, ...(legacy ? parts.synthesizers : [])].flatMap(part => part.voices)
  return {
    models: listed(models),
    voices: listed(voices),
    recognizedLanguages: [...new Set(legacy ? parts.recognizers.flatMap(part => part.languages) : [])],
  }
}

/**
 * The first provider that has an id keeps it; the first one marked default in its mode stays so. A realtime
 * voice belongs to the models of its provider, so there each provider keeps its own of the same name.
 */
function listed<Entry extends ModelInfo | VoiceInfo>(entries: readonly Entry[]): Entry[] {
  const seen = new Set<string>()
  const unique = entries.filter(entry => {
    const { mode, id, provider } = entry
    const key = mode === 'realtime' && 'description' in entry ? `${mode} ${id} ${provider}` : `${mode} ${id}`
    return !seen.has(key) && Boolean(seen.add(key))
  })
  return unique.map(entry => ({ ...entry, default: entry === defaultOf(unique, entry.mode) }))
}

function defaultOf<Entry extends ModelInfo | VoiceInfo>(
  entries: readonly Entry[],
  mode: string,
): Entry | undefined {
  const ofMode = entries.filter(entry => entry.mode === mode)
  return ofMode.find(entry => entry.default) ?? ofMode[0]
}
