import type { CanServe } from '../../domain/provider-health.ts'
import type { VoiceParts } from '../voices.ts'
import { brainsFor, earsFor, voicesFor } from './choices.ts'

/**
 * Tells whether some provider that is configured could begin a call. What stands in reserve goes on with calls and
 * begins none: nobody has asked for it.
 */
export function canServe(parts: VoiceParts): CanServe {
  const configured = { ...parts, reserve: noReserve }
  return (call, isUp) => {
    const asked = { ...call, prompt: '', purpose: '', temperature: null, tools: [], facts: {} }
    const some = (choices: readonly { readonly name: string }[]): boolean =>
      choices.some(({ name }) => isUp(name))
    const legacy =
      configured.detectors !== null &&
      some(earsFor(configured, asked)) &&
      some(brainsFor(configured, asked)) &&
      some(voicesFor(configured, asked))
    if (call.mode === 'legacy') return legacy
    const part = configured.realtime.find(({ models }) => models.some(({ id }) => id === call.model))
    return legacy || (part !== undefined && isUp(realtimeName(part.provider)))
  }
}

const noReserve = { recognizers: [], brains: [], synthesizers: [] }

/** What a realtime model's provider is called in the breakers. */
export function realtimeName(provider: string): string {
  return `realtime ${provider}`
}
