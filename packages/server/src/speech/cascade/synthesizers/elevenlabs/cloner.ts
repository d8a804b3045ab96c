import { askProvider, httpUrl, type ProviderRequest } from '../../../http-request.ts'
import { type JsonObject, objectAt, textAt } from '../../../json-object.ts'
import { type Cloner, VoiceFault, type VoiceSample } from '../../../port.ts'
import type { ElevenLabsConfig } from './elevenlabs.ts'
import { PROVIDER } from './stream-input.ts'

/**
 * Instant voice clones. https://elevenlabs.io/docs/api-reference/voices/ivc/create and
 * https://elevenlabs.io/docs/api-reference/voices/delete
 */
export function elevenLabsCloner(config: Pick<ElevenLabsConfig, 'apiKey' | 'url'>): Cloner {
  const request = (path: string): Omit<ProviderRequest, 'method'> => ({
    provider: PROVIDER,
    secret: config.apiKey,
    url: httpUrl(config.url ?? 'https://api.elevenlabs.io', path),
    headers: { 'xi-api-key': config.apiKey },
    complaint: answer => complaintOf(objectAt(answer, 'detail')),
  })
  const remove: Cloner['remove'] = async (voice, signal) => {
    const path = `/v1/voices/${encodeURIComponent(voice)}`
    await askProvider({ ...request(path), method: 'DELETE' }, signal).catch(error => {
      // Not told by 404.
      if (!(error instanceof VoiceFault && unknownToIt.test(error.message))) throw error
    })
  }
  return {
    provider: PROVIDER,
    remove,
    async clone(sample, signal) {
      const body = formOf(sample)
      const answer = await askProvider({ ...request('/v1/voices/add'), method: 'POST', body }, signal)
      const voice = textAt(answer, 'voice_id')
      if (voice === null)
        throw new VoiceFault(PROVIDER, 'protocol', { message: 'the answer has no voice_id' })
      if (answer?.['requires_verification'] !== true) return voice
      // It would not speak before somebody has read a text aloud on the provider's page.
      await remove(voice, signal)
      throw new VoiceFault(PROVIDER, 'refused', { message: 'the voice has to be verified at the provider' })
    },
  }
}

const unknownToIt = /^voice_(not_found|does_not_exist)/u

function complaintOf(detail: JsonObject | null): string | null {
  const [status, message] = [textAt(detail, 'status'), textAt(detail, 'message')]
  return status === null && message === null ? null : `${status ?? 'refused'}: ${message ?? ''}`
}

function formOf({ name, removeBackgroundNoise, audio }: VoiceSample): FormData {
  const form = new FormData()
  form.append('name', name)
  form.append('files', new Blob([new Uint8Array(audio.bytes)], { type: audio.mediaType }), audio.fileName)
  form.append('remove_background_noise', String(removeBackgroundNoise))
  return form
}
