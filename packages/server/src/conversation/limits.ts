import { bidFarewell, hangUp } from './ending.ts'
import { guidance } from '../domain/guidance.ts'
import { wrapUp } from './hints.ts'
import type { ConversationSettings } from './settings.ts'
import type { Part } from './state.ts'
import { report } from './step.ts'
import { isConnecting } from './tools/transfer.ts'

/** Wall time may run ahead of the media clock by so much before it decides. */
const clockSlackMs = 15_000

/** When the agent is told to come to an end: a short call keeps most of its time for talking. */
export function wrapUpAtMs(maxDurationMs: number, { wrapUpMs }: ConversationSettings): number {
  return maxDurationMs - Math.min(wrapUpMs, maxDurationMs / 3)
}

/** The longest duration: a hint, a farewell, and the cut. */
export const limits: Part = (state, happening) => {
  if (happening.event.type !== 'tick') return null
  const { nowMs, elapsedMs } = happening
  const { maxDurationMs, settings } = state.terms
  const cutMs = maxDurationMs + settings.overtimeMs
  if (nowMs >= cutMs || elapsedMs >= cutMs + clockSlackMs) return hangUp(state, happening, 'max_duration')
  if (state.ending.phase !== 'open' || isConnecting(state)) return null
  if (nowMs >= maxDurationMs)
    return bidFarewell(state, happening, {
      reason: 'max_duration',
      cancellable: false,
      beganMs: nowMs,
      heardFromMs: nowMs,
      farewell: { purpose: 'farewell', guidance: guidance.timeIsUp },
    })
  if (state.wrappingUp || nowMs < wrapUpAtMs(maxDurationMs, settings)) return null
  const text = wrapUp(Math.round((maxDurationMs - nowMs) / 1_000))
  return [
    { ...state, wrappingUp: true },
    [{ type: 'instruct', text }, report({ type: 'wrap_up', at_ms: nowMs })],
  ]
}
