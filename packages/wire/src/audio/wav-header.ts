/**
 * The 44 bytes before the samples of a PCM WAV file (Microsoft RIFF, `fmt ` and `data` chunks).
 *
 *     0 'RIFF' size 'WAVE' | 12 'fmt ' 16 format channels rate bytes/s block bits | 36 'data' size
 *
 * Both sizes are 32 bits. A file that is still being written says 0xffffffff or an older size; readers take
 * what the file really holds, and so does `repairWav`.
 */

export const WAV_HEADER_BYTES = 44
/** WAVE_FORMAT_PCM. */
const FORMAT_PCM = 1
const LARGEST_SIZE = 0xffff_ffff

export interface WavFormat {
  channels: number
  sampleRateHz: number
  /** 16 for everything that is written here. */
  bitsPerSample: number
}

export class WavError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'WavError'
  }
}

export function wavHeader(format: WavFormat, dataBytes: number): Uint8Array {
  const block = (format.channels * format.bitsPerSample) / 8
  const header = Buffer.alloc(WAV_HEADER_BYTES)
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(Math.min(LARGEST_SIZE, dataBytes + WAV_HEADER_BYTES - 8), 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(FORMAT_PCM, 20)
  header.writeUInt16LE(format.channels, 22)
  header.writeUInt32LE(format.sampleRateHz, 24)
  header.writeUInt32LE(format.sampleRateHz * block, 28)
  header.writeUInt16LE(block, 32)
  header.writeUInt16LE(format.bitsPerSample, 34)
  header.write('data', 36, 'latin1')
  header.writeUInt32LE(Math.min(LARGEST_SIZE, dataBytes), 40)
  return header
}

export interface WavLayout extends WavFormat {
  /** Where the samples begin. */
  dataAt: number
  /** As the header says; the file may hold less, or more while it is being written. */
  dataBytes: number
}

/** Finds format and samples in the first bytes of a file, past chunks of other kinds. */
export function readWavLayout(bytes: Uint8Array): WavLayout {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (
    view.length < 12 ||
    view.toString('latin1', 0, 4) !== 'RIFF' ||
    view.toString('latin1', 8, 12) !== 'WAVE'
  )
    throw new WavError('not a WAV file')
  let format: WavFormat | undefined
  let at = 12
  while (at + 8 <= view.length) {
    const kind = view.toString('latin1', at, at + 4)
    const size = view.readUInt32LE(at + 4)
    if (kind === 'fmt ') format = readFormat(view, at + 8)
    if (kind === 'data') {
      if (!format) throw new WavError('the WAV file has samples before their format')
      return { ...format, dataAt: at + 8, dataBytes: size }
    }
    // Chunks are padded to even length.
    at += 8 + size + (size % 2)
  }
  throw new WavError('the WAV file has no samples')
}

function readFormat(view: Buffer, at: number): WavFormat {
  if (at + 16 > view.length) throw new WavError('the WAV file ends in its format')
  if (view.readUInt16LE(at) !== FORMAT_PCM) throw new WavError('the WAV file is not linear PCM')
  const channels = view.readUInt16LE(at + 2)
  const sampleRateHz = view.readUInt32LE(at + 4)
  const bitsPerSample = view.readUInt16LE(at + 14)
  if (channels < 1 || sampleRateHz < 1) throw new WavError('the WAV file has no channels or no sample rate')
  if (bitsPerSample !== 16) throw new WavError(`the WAV file has ${bitsPerSample} bits per sample, not 16`)
  return { channels, sampleRateHz, bitsPerSample }
}
