import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { EngineError } from '../engine-error.ts'
import type { Waveform } from '../flite/flite-program.ts'

/**
 * One eSpeak NG child that reads a line and writes its speech, again and again. Its output is one WAV
 * without end: nothing marks where a line's speech is over but the pause of exact zeros that follows
 * every line (0.3 s at normal speed), twice as long as any pause inside one. How long it is, the child
 * shows with a first word that is thrown away. `stdbuf` keeps the last of it from waiting in a buffer.
 */
const HEADER_BYTES = 44
const RATE_AT = 24
const ANSWER_WITHIN_MS = 5000
/** After the first word, quiet for this long means that its pause has come whole. */
const SETTLED_MS = 60
/** Pauses vary by a few samples; those inside a line are half as long. */
const PAUSE_SHARE = 0.85
const MIN_PAUSE_SAMPLES = 1000

export class EspeakChild {
  private readonly child: ChildProcessWithoutNullStreams
  private readonly ready: Promise<{ sampleRateHz: number; pauseSamples: number }>
  private turn: Promise<unknown>
  private chunks: Buffer[] = []
  private heard: () => void = () => undefined
  private failed = false

  constructor(args: readonly string[]) {
    this.child = spawn('stdbuf', ['-o0', 'espeak-ng', ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
    this.child.stderr.resume()
    this.child.stdout.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk)
      this.heard()
    })
    this.child.stdin.on('error', () => this.end())
    this.child.on('error', () => this.end())
    this.child.on('exit', () => this.end())
    this.ready = this.calibrate()
    this.turn = this.ready.catch(() => undefined)
  }

  get usable(): boolean {
    return !this.failed
  }

  /** One line at a time; others wait. */
  async speak(text: string, signal: AbortSignal): Promise<Waveform> {
    signal.throwIfAborted()
    const spoken = this.turn.then(() => this.speakLine(text))
    this.turn = spoken.catch(() => undefined)
    return await spoken
  }

  endWhenIdle(): void {
    void this.turn.then(() => this.end())
  }

  end(): void {
    if (this.failed) return
    this.failed = true
    this.heard()
    this.child.kill('SIGKILL')
  }

  private async calibrate(): Promise<{ sampleRateHz: number; pauseSamples: number }> {
    this.child.stdin.write('a\n')
    await this.until(() => this.bytes() > HEADER_BYTES)
    for (let size = -1; size !== this.bytes(); ) {
      size = this.bytes()
      await new Promise(settled => setTimeout(settled, SETTLED_MS))
    }
    const output = this.take()
    const pauseSamples = trailingZeros(samplesOf(output.subarray(HEADER_BYTES))) * PAUSE_SHARE
    if (pauseSamples < MIN_PAUSE_SAMPLES)
      throw new EngineError('engine_failed', { message: 'eSpeak NG makes no pauses' })
    return { sampleRateHz: output.readUInt32LE(RATE_AT), pauseSamples }
  }

  private async speakLine(text: string): Promise<Waveform> {
    const { sampleRateHz, pauseSamples } = await this.ready
    this.take()
    this.child.stdin.write(`${oneSentence(text)}\n`)
    let samples = new Int16Array(0)
    await this.until(() => {
      if (!this.endsInZeros(pauseSamples)) return false
      samples = samplesOf(Buffer.concat(this.chunks))
      const zeros = trailingZeros(samples)
      return zeros >= pauseSamples && zeros < samples.length
    })
    return { samples, sampleRateHz }
  }

  /** Cheap look at the last chunk, before all of them are joined. */
  private endsInZeros(pauseSamples: number): boolean {
    const last = this.chunks.at(-1)
    return last !== undefined && last.at(-1) === 0 && this.bytes() > 2 * pauseSamples
  }

  private async until(done: () => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(() => this.end(), ANSWER_WITHIN_MS)
    this.heard = () => {
      if (this.failed) reject(new EngineError('engine_failed', { message: 'eSpeak NG does not answer' }))
      else if (done()) resolve()
    }
    this.heard()
    try {
      await promise
    } finally {
      clearTimeout(timer)
      this.heard = () => undefined
    }
  }

  private bytes(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  }

  private take(): Buffer {
    const output = Buffer.concat(this.chunks)
    this.chunks = []
    return output
  }
}

/** A stop inside a line would pause as long as its end does. */
function oneSentence(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.replace(/[.!?;:…。！？]+(?=\s)/gu, ',')
}

function samplesOf(bytes: Buffer): Int16Array<ArrayBuffer> {
  const samples = new Int16Array(bytes.length >> 1)
  for (let index = 0; index < samples.length; index++) samples[index] = bytes.readInt16LE(2 * index)
  return samples
}

function trailingZeros(samples: Int16Array): number {
  let count = 0
  while (count < samples.length && samples[samples.length - 1 - count] === 0) count++
  return count
}
