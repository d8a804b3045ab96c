import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import { readWavLayout, WavError, type WavLayout } from '@parley/wire/audio/wav-header'
import { Mp3Encoder, type PcmFormat } from './mp3-encoder.ts'

/** Where a format of ours has its samples; other programs may put chunks before them. */
const mostHeaderBytes = 4_096
/** Half a second of a recording: what is in memory of a call of any length. */
const blockFrames = 4_096

/**
 * Encodes a WAV file of one or two channels into another file, and returns when it is on the disk. Blocks its thread.
 * Throws `WavError`, or what the disk says.
 */
export async function encodeWavFile(source: string, target: string): Promise<void> {
  using from = opened(source, 'r')
  using to = opened(target, 'wx')
  const wav = samplesIn(from.fd)
  const encoder = await Mp3Encoder.create(wav.format)
  let at = encoder.leadBytes
  const append = (frames: Uint8Array) => {
    at += writeAt(to.fd, frames, at)
  }
  for (const samples of wav.blocks()) append(encoder.encode(samples))
  const { rest, lead } = encoder.finish()
  append(rest)
  writeAt(to.fd, lead, 0)
  fsyncSync(to.fd)
}

function samplesIn(fd: number): { format: PcmFormat; blocks: () => Iterable<Float32Array[]> } {
  const head = Buffer.alloc(mostHeaderBytes)
  const layout = readWavLayout(head.subarray(0, readSync(fd, head, 0, head.length, 0)))
  const { channels, sampleRateHz } = layout
  if (channels !== 1 && channels !== 2) throw new WavError(`the WAV file has ${channels} channels`)
  return { format: { channels, sampleRateHz }, blocks: () => blocksOf(fd, layout) }
}

/** The same arrays again and again, filled anew. */
function* blocksOf(fd: number, { channels, dataAt, dataBytes }: WavLayout): Iterable<Float32Array[]> {
  const frameBytes = 2 * channels
  const end = dataAt + Math.min(dataBytes, Math.max(0, fstatSync(fd).size - dataAt))
  const block = Buffer.alloc(blockFrames * frameBytes)
  const whole = Array.from({ length: channels }, () => new Float32Array(blockFrames))
  for (let at = dataAt; end - at >= frameBytes; ) {
    const read = readSync(fd, block, 0, Math.min(block.length, end - at), at)
    const frames = Math.floor(read / frameBytes)
    // The file has become shorter meanwhile.
    if (frames === 0) return
    for (const [channel, samples] of whole.entries())
      for (let i = 0; i < frames; i++) samples[i] = block.readInt16LE(frameBytes * i + 2 * channel) / 32_768
    yield whole.map(samples => samples.subarray(0, frames))
    at += frames * frameBytes
  }
}

function writeAt(fd: number, bytes: Uint8Array, at: number): number {
  let done = 0
  while (done < bytes.length) done += writeSync(fd, bytes, done, bytes.length - done, at + done)
  return done
}

function opened(path: string, flags: 'r' | 'wx'): Disposable & { fd: number } {
  const fd = openSync(path, flags, 0o600)
  return { fd, [Symbol.dispose]: () => closeSync(fd) }
}
