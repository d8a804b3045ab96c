/**
 * Makes a clause ready for the line: the same loudness whatever voice speaks it, no silence but the
 * pause it should end with, no clicks at its edges. Works in place on samples in −1…1 at 8 kHz.
 */

/** −20 dBFS, measured over the frames that hold speech. */
const TARGET_RMS = 0.1
/** Above the knee, peaks are bent so that they never pass −3 dBFS. */
const KNEE = 0.45
const CEILING = 0.7
const FRAME = 80
/** −46 dBFS: below it a frame is a pause. */
const SILENT_RMS = 0.005
const FADE = 40
/** Unvoiced beginnings ("s", "h") are quiet: keep 20 ms before the first loud frame. */
const MARGIN_FRAMES = 2

export function trimToSpeech(samples: Float32Array): Float32Array {
  const frames = Math.floor(samples.length / FRAME)
  let first = 0
  while (first < frames && frameRms(samples, first) < SILENT_RMS) first++
  let last = frames - 1
  while (last > first && frameRms(samples, last) < SILENT_RMS) last--
  if (first >= frames) return new Float32Array(0)
  return samples.slice(
    Math.max(0, first - MARGIN_FRAMES) * FRAME,
    Math.min(samples.length, (last + 1 + 2 * MARGIN_FRAMES) * FRAME),
  )
}

export function normaliseLevel(samples: Float32Array): void {
  const gain = TARGET_RMS / Math.max(spokenRms(samples), 1e-4)
  for (let index = 0; index < samples.length; index++) samples[index] = bend((samples[index] ?? 0) * gain)
}

export function fadeEdges(samples: Float32Array): void {
  const length = Math.min(FADE, samples.length >> 1)
  for (let index = 0; index < length; index++) {
    const weight = index / length
    const end = samples.length - 1 - index
    samples[index] = (samples[index] ?? 0) * weight
    samples[end] = (samples[end] ?? 0) * weight
  }
}

/** RMS over the frames that are not pauses. */
export function spokenRms(samples: Float32Array): number {
  let sum = 0
  let count = 0
  for (let frame = 0; (frame + 1) * FRAME <= samples.length; frame++) {
    const rms = frameRms(samples, frame)
    if (rms < SILENT_RMS) continue
    sum += rms * rms
    count++
  }
  return count === 0 ? 0 : Math.sqrt(sum / count)
}

function frameRms(samples: Float32Array, frame: number): number {
  let sum = 0
  for (let index = frame * FRAME; index < (frame + 1) * FRAME; index++) sum += (samples[index] ?? 0) ** 2
  return Math.sqrt(sum / FRAME)
}

function bend(value: number): number {
  const size = Math.abs(value)
  if (size <= KNEE) return value
  const room = CEILING - KNEE
  return Math.sign(value) * (KNEE + room * Math.tanh((size - KNEE) / room))
}
