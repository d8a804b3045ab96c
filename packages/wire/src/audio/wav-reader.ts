import { readWavLayout } from './wav-header.ts'

export interface Wav {
  sampleRateHz: number
  /** One array of 16-bit samples per channel, equally long. */
  channels: Int16Array[]
}

/** Reads a whole 16-bit PCM WAV file; a data size that is wrong, as in an unfinished recording, is taken as far as there is data. Throws `WavError`. */
export function readWav(bytes: Uint8Array): Wav {
  const layout = readWavLayout(bytes)
  const available = Math.min(layout.dataBytes, bytes.length - layout.dataAt)
  const frames = Math.floor(available / (2 * layout.channels))
  const view = new DataView(bytes.buffer, bytes.byteOffset + layout.dataAt)
  const channels = Array.from({ length: layout.channels }, (_, channel) => {
    const samples = new Int16Array(frames)
    for (let i = 0; i < frames; i++) samples[i] = view.getInt16(2 * (i * layout.channels + channel), true)
    return samples
  })
  return { sampleRateHz: layout.sampleRateHz, channels }
}
