import type { FliteSettings } from './flite/flite-program.ts'

/**
 * The local speakers. They carry the names of the hosted built-in voices, so that a call that names one
 * is still spoken when no provider is configured; they do not sound like them. Three recorded speakers
 * (one woman, two men) are bent by timbre and pitch into ten that can be told apart on a telephone.
 */
export interface LocalVoice {
  readonly id: string
  readonly description: string
  readonly english: FliteSettings
  /** Read the samples this much faster: over 1 is a smaller, brighter speaker. */
  readonly timbre: number
  /**
   * eSpeak NG variant for other languages, and its pitch (0–99). Only variants without echo: the pause
   * that ends a line has to be silent (see `espeak-child`).
   */
  readonly variant: { readonly name: string; readonly pitch: number }
}

const woman = (pitchHz: number, stretch = 1): FliteSettings => ({ base: 'slt', pitchHz, stretch })
const man = (stretch = 1): FliteSettings => ({ base: 'rms', pitchHz: null, stretch })
const scot = (pitchHz: number, stretch = 1): FliteSettings => ({ base: 'awb', pitchHz, stretch })

export const LOCAL_VOICES: readonly LocalVoice[] = [
  {
    id: 'alloy',
    description: 'Clear woman, neutral',
    english: woman(165),
    timbre: 1,
    variant: { name: 'f1', pitch: 50 },
  },
  { id: 'ash', description: 'Calm man', english: man(0.93), timbre: 1, variant: { name: 'm3', pitch: 45 } },
  {
    id: 'ballad',
    description: 'Scottish man, soft',
    english: scot(118, 1.05),
    timbre: 1,
    variant: { name: 'm1', pitch: 45 },
  },
  {
    id: 'cedar',
    description: 'Deep man, unhurried',
    english: man(0.97),
    timbre: 0.92,
    variant: { name: 'm7', pitch: 30 },
  },
  {
    id: 'coral',
    description: 'Bright woman, lively',
    english: woman(190, 0.95),
    timbre: 1.04,
    variant: { name: 'f1', pitch: 66 },
  },
  {
    id: 'echo',
    description: 'Younger man',
    english: man(0.9),
    timbre: 1.08,
    variant: { name: 'm4', pitch: 55 },
  },
  {
    id: 'marin',
    description: 'Warm woman, brisk',
    english: woman(175, 0.93),
    timbre: 1.02,
    variant: { name: 'f1', pitch: 58 },
  },
  {
    id: 'sage',
    description: 'Low woman, composed',
    english: woman(150, 1.03),
    timbre: 0.95,
    variant: { name: 'f1', pitch: 40 },
  },
  {
    id: 'shimmer',
    description: 'High woman, light',
    english: woman(200),
    timbre: 1.09,
    variant: { name: 'f1', pitch: 80 },
  },
  {
    id: 'verse',
    description: 'Scottish man, bright',
    english: scot(132),
    timbre: 1.06,
    variant: { name: 'm1', pitch: 62 },
  },
]

const byId = new Map(LOCAL_VOICES.map(voice => [voice.id, voice]))

export function findVoice(id: string): LocalVoice | undefined {
  return byId.get(id)
}
