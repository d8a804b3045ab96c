/**
 * The first frame of an MP3 file: it plays nothing and tells players how long the file is, and how many samples the
 * encoder put before and after what it was given (the Info tag that LAME defined). Without it a recording would start
 * 105 ms late, and last as much longer.
 *
 *     0 header | 4 side information, zeros | 'Info' flags frames bytes | 'LAME3.100' … delay and padding … | zeros
 *
 * A table of positions is left out: in a file of a constant bit rate they are known.
 */

/** What an encoder that speaks MPEG-2 puts before the first sample. */
const encoderDelay = 576
const samplesPerFrame = 576
const headerBytes = 4
const sideBytes = { 1: 9, 2: 17 } as const
const hasFramesAndBytes = 3

export interface Mp3Layout {
  readonly channels: 1 | 2
  readonly sampleRateHz: number
  readonly kbits: number
}

/** Bytes of a frame of MPEG-2 layer III, 576 samples: whole at the rates that are used here. */
export function frameBytes({ kbits, sampleRateHz }: Mp3Layout): number {
  return (72_000 * kbits) / sampleRateHz
}

/** `header`: that of any frame of the file. `audioBytes`: what all its frames come to; `samples`: what was encoded, per channel. */
export function infoFrame(
  layout: Mp3Layout,
  { header, audioBytes, samples }: { header: Uint8Array; audioBytes: number; samples: number },
): Uint8Array {
  const bytes = frameBytes(layout)
  const frames = Math.round(audioBytes / bytes)
  const padding = Math.max(0, Math.min(4_095, frames * samplesPerFrame - encoderDelay - samples))
  const frame = Buffer.alloc(bytes)
  frame.set(header.subarray(0, headerBytes))
  let at = headerBytes + sideBytes[layout.channels]
  at += frame.write('Info', at, 'latin1')
  at = frame.writeUInt32BE(hasFramesAndBytes, at)
  at = frame.writeUInt32BE(frames, at)
  at = frame.writeUInt32BE(audioBytes + bytes, at)
  frame.write('LAME3.100', at, 'latin1')
  frame.writeUInt8(layout.kbits, at + 20)
  // Twelve bits each.
  frame.writeUIntBE((encoderDelay << 12) | padding, at + 21, 3)
  return frame
}
