import { levelDb } from '../audio/level-db.ts'
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
      const loudDb = levelDb(window, 0, WINDOW_SAMPLES)
      floorDb = Math.max(MIN_FLOOR_DB, Math.min(loudDb, floorDb + FLOOR_RISE_DB))
      if (loudDb < QUIET_DB) return 0
      return 1 / (1 + Math.exp((HALF_LIKELY_DB - (loudDb - floorDb)) / SLOPE_DB))
    },
  }
}
