import type { ConversationEvent } from '../happening.ts'

/** When the callee's side makes sounds of any kind, by level: finer and sooner than a detector of speech. */
export interface CalleeSound {
  /** Onset of the sound that lasts; null: quiet. */
  readonly fromMs: number | null
  /** End of the last sound. */
  readonly quietFromMs: number
  /** Since when there was no longer pause than one within a greeting; null: no sound yet. */
  readonly stretchFromMs: number | null
}

export const noSound: CalleeSound = { fromMs: null, quietFromMs: 0, stretchFromMs: null }

const pauseInGreetingMs = 1_500

export function followSound(
  sound: CalleeSound,
  { sounding, atMs }: Extract<ConversationEvent, { type: 'sound' }>,
): CalleeSound {
  if (!sounding) return { ...sound, fromMs: null, quietFromMs: atMs }
  const goesOn = sound.stretchFromMs !== null && atMs - sound.quietFromMs <= pauseInGreetingMs
  return { ...sound, fromMs: atMs, stretchFromMs: goesOn ? sound.stretchFromMs : atMs }
}

/** How long nothing has been heard; 0 while a sound lasts. */
export function quietForMs({ fromMs, quietFromMs }: CalleeSound, nowMs: number): number {
  return fromMs === null ? nowMs - quietFromMs : 0
}
