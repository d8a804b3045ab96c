import { open } from 'node:fs/promises'
import { readWavLayout, WAV_HEADER_BYTES, WavError, wavHeader } from './wav-header.ts'

/**
 * Makes a recording whole whose writer died: the header is set to what the file holds, and half a frame at
 * the end is cut off. Does nothing to a file that is right. Throws `WavError` where there is no header to
 * go by; such a file never held a sample.
 */
export async function repairWav(path: string): Promise<{ durationMs: number; repaired: boolean }> {
  const file = await open(path, 'r+')
  try {
    const head = new Uint8Array(WAV_HEADER_BYTES)
    const { bytesRead } = await file.read(head, 0, WAV_HEADER_BYTES, 0)
    const layout = readWavLayout(head.subarray(0, bytesRead))
    if (layout.dataAt !== WAV_HEADER_BYTES) throw new WavError('not one of our recordings')
    const { size } = await file.stat()
    const frameBytes = 2 * layout.channels
    const frames = Math.floor((size - WAV_HEADER_BYTES) / frameBytes)
    const dataBytes = frames * frameBytes
    const repaired = dataBytes !== layout.dataBytes || size !== WAV_HEADER_BYTES + dataBytes
    if (repaired) {
      await file.truncate(WAV_HEADER_BYTES + dataBytes)
      await file.write(wavHeader(layout, dataBytes), 0, WAV_HEADER_BYTES, 0)
      await file.sync()
    }
    return { durationMs: (frames * 1000) / layout.sampleRateHz, repaired }
  } finally {
    await file.close()
  }
}
