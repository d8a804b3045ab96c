import { askProvider, httpUrl, type ProviderRequest } from '../../../http-request.ts'
import { textAt } from '../../../json-object.ts'
import { type Cloner, VoiceFault, type VoiceSample } from '../../../port.ts'
import { type CartesiaConfig, VERSION } from './cartesia.ts'
import { PROVIDER } from './messages.ts'

/**
 * Instant voice clones. https://docs.cartesia.ai/api-reference/voices/clone and
 * https://docs.cartesia.ai/api-reference/voices/delete
 */
export function cartesiaCloner(config: Pick<CartesiaConfig, 'apiKey' | 'url'>): Cloner {
  const request = (path: string): Omit<ProviderRequest, 'method'> => ({
    provider: PROVIDER,
    secret: config.apiKey,
    url: httpUrl(config.url ?? 'https://api.cartesia.ai', path),
    headers: { authorization: `Bearer ${config.apiKey}`, 'cartesia-version': VERSION },
    complaint: answer => textAt(answer, 'message') ?? textAt(answer, 'error'),
  })
  return {
    provider: PROVIDER,
    async clone(sample, signal) {
      const body = formOf(sample)
      const answer = await askProvider({ ...request('/voices/clone'), method: 'POST', body }, signal)
      const voice = textAt(answer, 'id')
      if (voice === null) throw new VoiceFault(PROVIDER, 'protocol', { message: 'the answer has no id' })
      return voice
    },
    async remove(voice, signal) {
      await askProvider({ ...request(`/voices/${encodeURIComponent(voice)}`), method: 'DELETE' }, signal)
    },
  }
}

/** Noise is left to the service: this version of its API has no word for it. */
function formOf({ name, language, audio }: VoiceSample): FormData {
  const form = new FormData()
  form.append('clip', new Blob([new Uint8Array(audio.bytes)], { type: audio.mediaType }), audio.fileName)
  form.append('name', name)
  form.append('language', new Intl.Locale(language).language)
  return form
}
