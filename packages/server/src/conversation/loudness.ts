import { decodeMulaw } from '@parley/wire/audio/g711'
import { levelDbfs } from '@parley/wire/audio/level'

/** Sound stands out of the line's noise by so much, and is no whisper of the codec. */
const aboveFloorDb = 10
const quietestSoundDbfs = -52
/** The floor rises slowly under speech, and falls at once in a pause. */
const floorRiseDb = 0.05
const lowestFloorDbfs = -75

/** When the callee last made a sound, frame by frame: speech detectors tell of its end only after a while. */
export class Loudness {
  readonly #samples = new Int16Array(160)
  #floorDbfs = quietestSoundDbfs - aboveFloorDb
  #untilMs = 0

  /** Media-clock end of the last frame that sounded. */
  get untilMs(): number {
    return this.#untilMs
  }

  /** 20 ms. */
  hear(frame: Uint8Array, atMs: number): void {
    const levelDb = levelDbfs(decodeMulaw(frame, this.#samples))
    if (levelDb > quietestSoundDbfs && levelDb > this.#floorDbfs + aboveFloorDb) this.#untilMs = atMs + 20
    this.#floorDbfs = Math.max(lowestFloorDbfs, Math.min(this.#floorDbfs + floorRiseDb, levelDb))
  }
}
