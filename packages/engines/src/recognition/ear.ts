import { openDecoder, type UtteranceDecoder } from './decoder.ts'
import { Pronunciations, SOUNDS } from './pronunciation.ts'
import { talkNetwork } from './talk-model.ts'
import { freeLoop } from './word-network.ts'

/**
 * Two decoders over the same audio. One hears telephone talk; the other any sounds in any order. Where
 * the free sounds fit much better than the words, the speech was none of the words, and nothing is
 * claimed to have been said: a word network alone makes words of everything.
 */
export interface Ear {
  /** Between utterances. */
  expect(phrases: readonly string[]): void
  begin(): void
  hear(samples: Float32Array): void
  partial(): string
  end(): Understood
}

export interface Understood {
  readonly text: string
  readonly confidence: number
}

const SAMPLES_PER_FRAME = 80
/**
 * By how much per 10 ms frame the free sounds may fit better, in the decoder's log units. Measured on
 * synthetic speech over µ-law: spoken phrases of the model 11 (80 % under 16), other sentences 20
 * (90 % over 16).
 */
const REJECT_ABOVE = 17
const SLOPE = 2
/** Free sounds need no memory of words, so their search may forget early. */
const SOUND_BEAM = 1e-20

const pronunciations = new Pronunciations()
const pronounce = (word: string) => pronunciations.of(word)
const soundWord = (sound: string) => `_${sound.toLowerCase()}`

export async function openEar(): Promise<Ear> {
  const words = await openDecoder({})
  const sounds = await openDecoder({ beam: SOUND_BEAM })
  words.setNetwork(talkNetwork([]), pronounce)
  sounds.setNetwork(freeLoop(SOUNDS.map(soundWord)), word => [word.slice(1).toUpperCase()])
  return pair(words, sounds)
}

function pair(words: UtteranceDecoder, sounds: UtteranceDecoder): Ear {
  let samplesHeard = 0
  let expecting = ''
  return {
    expect(phrases) {
      const key = phrases.join('\n')
      if (key === expecting) return
      expecting = key
      words.setNetwork(talkNetwork(phrases), pronounce)
    },
    begin() {
      samplesHeard = 0
      words.begin()
      sounds.begin()
    },
    hear(samples) {
      samplesHeard += samples.length
      words.hear(samples)
      sounds.hear(samples)
    },
    partial: () => words.partial(),
    end() {
      const said = words.end()
      const free = sounds.end()
      const misfit = (free.score - said.score) / Math.max(1, samplesHeard / SAMPLES_PER_FRAME)
      const confidence = said.text === '' ? 0 : 1 / (1 + Math.exp((misfit - REJECT_ABOVE) / SLOPE))
      return confidence < 0.5 ? { text: '', confidence: 0 } : { text: said.text, confidence }
    },
  }
}
