import type { VoiceInfo } from '../../../port.ts'
import { PROVIDER } from './messages.ts'

/** What sonic-3 speaks. https://docs.cartesia.ai/build-with-cartesia/tts-models/latest */
const spoken =
  'en de es fr ja pt zh hi ko it nl pl ru sv tr tl bg ro ar cs el fi hr ms sk da ta uk hu no vi bn th he ka id te gu kn ml mr pa'
const languages = spoken.split(' ')

/** A voice speaks every language, with the accent of its own, which is named first. */
const voice = (id: string, own: string, description: string): VoiceInfo => ({
  id,
  mode: 'legacy',
  provider: PROVIDER,
  languages: [own, ...languages.filter(language => language !== own)],
  description,
  default: false,
})

/** Voices that the service recommends for talking agents; any other is registered by its id. */
export const cartesiaVoices: readonly VoiceInfo[] = [
  voice('f786b574-daa5-4673-aa0c-cbe3e8534c02', 'en', 'Katie: stable, natural'),
  voice('a5136bf9-224c-4d76-b823-52bd5efcffcc', 'en', 'Jameson: stable, natural'),
  voice('228fca29-3a0a-435c-8728-5cb483251068', 'en', 'Kiefer: confident, clear'),
  voice('5c5ad5e7-1020-476b-8b91-fdcbe9cc313c', 'es', 'Daniela: relaxed, Mexican'),
  voice('846fa30b-6e1a-49b9-b7df-6be47092a09a', 'es', 'Pablo: deep, expressive, Castilian'),
]
