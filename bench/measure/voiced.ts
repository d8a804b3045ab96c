import { decodeMulaw } from '@parley/wire/audio/g711'

/** A sample beyond this, of 32,768, is voice. */
const voicedLevel = 1_000

const loud: readonly boolean[] = Array.from(
  decodeMulaw(Uint8Array.from({ length: 256 }, (_, byte) => byte)),
  sample => Math.abs(sample) > voicedLevel,
)

/** Whether any sample of a µ-law payload is voice. */
export function isVoiced(payload: Uint8Array): boolean {
  for (const byte of payload) if (loud[byte]) return true
  return false
}
