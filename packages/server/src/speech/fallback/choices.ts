import type { VoiceSession } from '../port.ts'
import { speaks } from '../speaks.ts'
import type { BrainPart, RecognizerPart, SynthesizerPart, VoiceParts } from '../voices.ts'
import type { BrainChoice } from './hedged-brain.ts'
import type { EarsChoice } from './second-ears.ts'
import type { VoiceChoice } from './second-voice.ts'

/** Who could serve a part of a call, the one that it asks for first, the reserve last. */

export function earsFor({ recognizers, reserve }: VoiceParts, { language }: VoiceSession): EarsChoice[] {
  const all: readonly RecognizerPart[] = unique([...recognizers, ...(reserve?.recognizers ?? [])])
  return all
    .filter(({ languages }) => speaks(languages, language))
    .map(({ provider, adapter }) => ({ name: `ears ${provider}`, adapter }))
}

/** Of a realtime call, whose model none of them knows, each has its usual model. */
export function brainsFor(
  { brains, reserve }: Pick<VoiceParts, 'brains' | 'reserve'>,
  session: Pick<VoiceSession, 'model' | 'language'>,
): BrainChoice[] {
  const all: readonly BrainPart[] = unique([...brains, ...(reserve?.brains ?? [])])
  const choices = all.flatMap(({ provider, models, adapter }) => {
    const fluent = models.filter(({ languages }) => speaks(languages, session.language))
    const wanted = models.find(({ id }) => id === session.model)
    const model = wanted ?? fluent.find(one => one.default) ?? fluent[0]
    return model
      ? [{ name: `brain ${provider}`, model: model.id, adapter, wanted: wanted !== undefined }]
      : []
  })
  return preferred(choices)
}

type Speaking = Pick<VoiceSession, 'voice' | 'voiceProvider' | 'language' | 'mode'>

/** A voice that is in no list was registered by its id, which then goes to the preferred provider. */
export function voicesFor(
  { synthesizers, reserve }: VoiceParts,
  session: Speaking,
): (VoiceChoice & { readonly wanted: boolean })[] {
  const all: readonly SynthesizerPart[] = unique([...synthesizers, ...(reserve?.synthesizers ?? [])])
  const { voice, voiceProvider, language, mode } = session
  const listing = all.find(({ voices }) => voices.some(({ id }) => id === voice))?.provider
  const registered = mode === 'legacy' ? (voiceProvider ?? listing ?? synthesizers[0]?.provider) : listing
  const choices = all.flatMap(({ provider, voices, adapter }) => {
    const wanted = provider === registered
    const same = voices.find(({ id, languages }) => id === voice && speaks(languages, language))
    const fluent = voices.filter(({ languages }) => speaks(languages, language))
    const second = same ?? fluent.find(one => one.default) ?? fluent[0]
    const id = wanted ? voice : second?.id
    return id === undefined ? [] : [{ name: `voice ${provider}`, voice: id, adapter, wanted }]
  })
  return preferred(choices)
}

function preferred<Choice extends { readonly wanted: boolean }>(choices: readonly Choice[]): Choice[] {
  return [...choices.filter(({ wanted }) => wanted), ...choices.filter(({ wanted }) => !wanted)]
}

/** A reserve that is configured as well is listed once. */
function unique<Part extends { readonly provider: string }>(parts: readonly Part[]): Part[] {
  return parts.filter((part, index) => parts.findIndex(one => one.provider === part.provider) === index)
}
