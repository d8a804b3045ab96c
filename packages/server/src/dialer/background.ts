import { openBed } from '@parley/wire/audio/background'
import type { Background } from '../domain/call-plan.ts'
import type { Leg } from '../telephony/port.ts'

/** Speech stays 10, 16 or 22 dB above it. */
const gainDb = { high: 0, medium: -6, low: -12 } as const

/**
 * Lays the sounds of a place under all that the leg plays, as soon as they are made; a call does not wait for
 * them. Answers how to take them away.
 */
export function playBackground(
  { speaker }: Pick<Leg, 'speaker'>,
  wanted: Background | undefined,
): () => void {
  let over = wanted === undefined
  if (wanted) {
    const { place, gain } = wanted
    void openBed(place, gainDb[gain]).then(bed => {
      if (!over) speaker.background(bed)
    })
  }
  return () => {
    if (!over) speaker.background(null)
    over = true
  }
}
