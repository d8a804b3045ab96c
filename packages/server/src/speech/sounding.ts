/** The magnitude of a µ-law sample that is quieter than the noise of any line: about -60 dB of full scale. */
const SILENT_UP_TO = 4
/** Of sound, at least so many samples are louder. */
const SOUNDING_SHARE = 0.02

/** Whether something is to be heard. µ-law counts up with loudness from the complement's zero, so nothing is decoded. */
export function isSounding(audio: Uint8Array): boolean {
  let loud = 0
  for (let i = 0; i < audio.length; i++) if ((~(audio[i] ?? 0xff) & 0x7f) > SILENT_UP_TO) loud++
  return loud > audio.length * SOUNDING_SHARE
}
