import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import { readWavLayout, WavError, type WavLayout } from '@parley/wire/audio/wav-header'
import { Mp3Encoder, type PcmFormat } from './mp3-encoder.ts'

/** Where a format of ours has its samples; other programs may put chunks before them. */
const mostHeaderBytes = 4_096
/** Half a second of a recording: what is in memory of a call of any length. */
const blockFrames = 4_096

/** Where bytes come from. `read` answers how many there were, which is fewer at the end. */
interface Source {
  readonly size: number
  read(into: Uint8Array, at: number): number
}

type Write = (bytes: Uint8Array, at: number) => void

/**
 * Encodes a WAV file of one or two channels into another file, and returns when it is on the disk. Blocks its thread.
 * Throws `WavError`, or what the disk says.
 */
export async function encodeWavFile(source: string, target: string): Promise<void> {
  using from = opened(source, 'r')
  using to = opened(target, 'wx')
  const { size } = fstatSync(from.fd)
  const read: Source['read'] = (into, at) => readSync(from.fd, into, 0, into.length, at)
  await encode({ size, read }, (bytes, at) => writeAt(to.fd, bytes, at))
  fsyncSync(to.fd)
}

/** As `encodeWavFile`, for a short piece in memory. */
export async function encodeWav(wav: Uint8Array): Promise<Uint8Array> {
  const pieces: { bytes: Uint8Array; at: number }[] = []
  const read: Source['read'] = (into, at) => {
    const bytes = wav.subarray(at, at + into.length)
    into.set(bytes)
    return bytes.length
  }
  await encode({ size: wav.length, read }, (bytes, at) => pieces.push({ bytes: bytes.slice(), at }))
  const mp3 = new Uint8Array(Math.max(...pieces.map(({ bytes, at }) => at + bytes.length)))
  for (const { bytes, at } of pieces) mp3.set(bytes, at)
  return mp3
}

async function encode(source: Source, write: Write): Promise<void> {
  const wav = samplesIn(source)
  const encoder = await Mp3Encoder.create(wav.format)
  let at = encoder.leadBytes
  const append = (frames: Uint8Array) => {
    write(frames, at)
    at += frames.length
  }
  for (const samples of wav.blocks()) append(encoder.encode(samples))
  const { rest, lead } = encoder.finish()
  append(rest)
  write(lead, 0)
}

function samplesIn(source: Source): { format: PcmFormat; blocks: () => Iterable<Float32Array[]> } {
  const head = Buffer.alloc(mostHeaderBytes)
  const layout = readWavLayout(head.subarray(0, source.read(head, 0)))
  const { channels, sampleRateHz } = layout
  if (channels !== 1 && channels !== 2) throw new WavError(`the WAV file has ${channels} channels`)
  return { format: { channels, sampleRateHz }, blocks: () => blocksOf(source, layout) }
}

/** The same arrays again and again, filled anew. */
function* blocksOf(source: Source, { channels, dataAt, dataBytes }: WavLayout): Iterable<Float32Array[]> {
  const frameBytes = 2 * channels
  const end = dataAt + Math.min(dataBytes, Math.max(0, source.size - dataAt))
  const block = Buffer.alloc(blockFrames * frameBytes)
  const whole = Array.from({ length: channels }, () => new Float32Array(blockFrames))
  for (let at = dataAt; end - at >= frameBytes; ) {
    const read = source.read(block.subarray(0, Math.min(block.length, end - at)), at)
    const frames = Math.floor(read / frameBytes)
    // The file has become shorter meanwhile.
    if (frames === 0) return
    for (const [channel, samples] of whole.entries())
      for (let i = 0; i < frames; i++) samples[i] = block.readInt16LE(frameBytes * i + 2 * channel) / 32_768
    yield whole.map(samples => samples.subarray(0, frames))
    at += frames * frameBytes
  }
}

function writeAt(fd: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, at + done)
}

function opened(path: string, flags: 'r' | 'wx'): Disposable & { fd: number } {
  const fd = openSync(path, flags, 0o600)
  return { fd, [Symbol.dispose]: () => closeSync(fd) }
}
