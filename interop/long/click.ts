/** Clicks that are found again to the sample: five milliseconds of full swing in silence, as µ-law and as linear samples. */
export const frameSamples = 160
const clickSamples = 40
const fullSwing = 0x80
/** Below the loudest three of µ-law's eight segments: whatever made the click fainter than this has spoilt it. */
const loudest = 0x30
const loudLinear = 4_000
/** Between two clicks; a click that was cut in two counts once. */
const quietSamples = 800

/** Place of a click's first sample in one packet. */
export function clickAt(mulaw: Uint8Array): number | undefined {
  const at = mulaw.findIndex(byte => (byte & 0x7f) < loudest)
  return at === -1 ? undefined : at
}

/** Writes a click from `at` on, around the end of the line. */
export function putClick(line: Uint8Array, at: number): void {
  for (let i = 0; i < clickSamples; i += 1) line[(at + i) % line.length] = fullSwing
}

/** Places of all clicks of a recording's channel. */
export function clicksOf(channel: Int16Array): number[] {
  const places: number[] = []
  let loudAt = Number.NEGATIVE_INFINITY
  for (let i = 0; i < channel.length; i += 1) {
    if (Math.abs(channel[i] ?? 0) < loudLinear) continue
    if (i - loudAt > quietSamples) places.push(i)
    loudAt = i
  }
  return places
}
