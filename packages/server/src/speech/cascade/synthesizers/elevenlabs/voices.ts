import type { VoiceInfo } from '../../../port.ts'
import { PROVIDER } from './stream-input.ts'

/** What flash v2.5 speaks. https://elevenlabs.io/docs/overview/models */
const languages = [
  'en',
  'ja',
  'zh',
  'de',
  'hi',
  'fr',
  'ko',
  'pt',
  'it',
  'es',
  'id',
  'nl',
  'tr',
  'fil',
  'pl',
  'sv',
  'bg',
  'ro',
  'ar',
  'cs',
  'el',
  'fi',
  'hr',
  'ms',
  'sk',
  'da',
  'ta',
  'uk',
  'ru',
  'hu',
  'no',
  'vi',
]

const voice = (id: string, description: string): VoiceInfo => ({
  id,
  mode: 'legacy',
  provider: PROVIDER,
  languages,
  description,
  default: description.startsWith('Sarah'),
})

/** The service's premade voices; any other is registered by its id. */
export const elevenLabsVoices: readonly VoiceInfo[] = [
  voice('EXAVITQu4vr4xnSDxMaL', 'Sarah: mature, reassuring'),
  voice('JBFqnCBsd6RMkjVDRZzb', 'George: warm storyteller'),
  voice('cgSgspJ2msm6clMCkdW9', 'Jessica: playful, bright'),
  voice('cjVigY5qzO86Huf0OWal', 'Eric: smooth, trustworthy'),
  voice('Xb7hH8MSUJpSbSDYk0k2', 'Alice: clear, engaging'),
  voice('onwK4e9ZLuTAKqWW03F9', 'Daniel: steady, formal'),
]
