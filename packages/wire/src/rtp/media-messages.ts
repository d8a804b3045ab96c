/** The few things that main thread and media thread say to each other apart from audio. */
import type { Bed } from '../audio/mixer.ts'
import type { OneWayCause } from './one-way-audio.ts'
import type { StreamMedia } from './negotiated-media.ts'

export interface MediaThreadSetup {
  host: string
  portRange?: { min: number; max: number }
  recordTap: boolean
  /** One Int32; rung (incremented and notified) when any stream has something to read. */
  bell: SharedArrayBuffer
}

export type ToThread =
  | { type: 'open'; stream: number; memory: SharedArrayBuffer }
  | { type: 'start'; stream: number; media: StreamMedia }
  /** Audio was written while the line was silent: it need not wait for its slot. */
  | { type: 'speak'; stream: number }
  | { type: 'bed'; stream: number; bed: Bed | null }
  | { type: 'digits'; stream: number; request: number; digits: string }
  | { type: 'cancel_digits'; stream: number; request: number }
  | { type: 'close'; stream: number }
  | { type: 'shut_down' }

export type FromThread =
  | { type: 'ready' }
  | { type: 'opened'; stream: number; port: number }
  | { type: 'open_failed'; stream: number; reason: string }
  | { type: 'digits_done'; stream: number; request: number }
  | { type: 'stalled'; stream: number; sinceMs: number; cause: OneWayCause }
  | { type: 'codec_failed'; stream: number; reason: string }
  | { type: 'closed'; stream: number }
