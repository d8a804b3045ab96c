import { WINDOW_SAMPLES, type SpeechModel, type StreamModel } from './speech-model.ts'

/**
 * Speech by loudness over the line's own noise: what remains where the neural model cannot be loaded.
 * The floor falls at once with a quieter window and rises slowly, so that speech does not become floor.
 */
const START_FLOOR_DB = -60
const MIN_FLOOR_DB = -70
/** About 3 dB a second. */
const FLOOR_RISE_DB = 0.1
/** At 9 dB over the floor speech is as likely as not; 3 dB more make it nearly certain. */
const HALF_LIKELY_DB = 9
const SLOPE_DB = 1.5
/** Under this nothing on a telephone is speech. */
const QUIET_DB = -50

export const energyModel: SpeechModel = { name: 'energy', open: openStream }

function openStream(): StreamModel {
  let floorDb = START_FLOOR_DB
  return {
    likelihood(window) {
      let sum = 0
      for (let index = 0; index < WINDOW_SAMPLES; index++) sum += (window[index] ?? 0) ** 2
      const levelDb = 10 * Math.log10(sum / WINDOW_SAMPLES + 1e-10)
      floorDb = Math.max(MIN_FLOOR_DB, Math.min(levelDb, floorDb + FLOOR_RISE_DB))
      if (levelDb < QUIET_DB) return 0
      return 1 / (1 + Math.exp((HALF_LIKELY_DB - (levelDb - floorDb)) / SLOPE_DB))
    },
  }
}
