import type { AutoPauseOption } from '@parley/contract/campaigns'
import type { Answerer } from '@parley/contract/status'

/**
 * Whether the last calls of a campaign look as if something were wrong: numbers that are none, a line that is dead,
 * people who hang up at once. Machines say nothing about people: that they are hung up on soon is as it should be.
 */

export interface PastCall {
  /** From answer to end; null: nobody answered. */
  readonly talkedSeconds: number | null
  readonly answeredBy: Answerer
}

/** What is wrong, in words; null: nothing, or nobody can tell yet. */
export function anomalyIn(calls: readonly PastCall[], terms: AutoPauseOption): string | null {
  if (!terms.enabled || calls.length < terms.calls) return null
  const lately = calls.slice(0, terms.calls)
  const faults = faultsOf(lately, terms)
  const isWrong =
    terms.when === 'any' ? faults.some(fault => fault.found) : faults.every(fault => fault.found)
  if (!isWrong) return null
  const told = faults.filter(fault => fault.found).map(fault => fault.told)
  return `Of the last ${lately.length} calls: ${told.join('; ')}`
}

interface Fault {
  readonly found: boolean
  readonly told: string
}

function faultsOf(calls: readonly PastCall[], terms: AutoPauseOption): Fault[] {
  const answered = calls.filter(call => call.talkedSeconds !== null)
  const people = answered.filter(call => call.answeredBy !== 'voicemail' && call.answeredBy !== 'ivr')
  const talked = people.map(call => call.talkedSeconds ?? 0)
  const rate = answered.length / calls.length
  // Where machines answered and no people did, nothing can be said of how long people stay.
  const isSilent = answered.length === 0
  const shortShare = isSilent
    ? 1
    : share(
        talked.filter(seconds => seconds <= terms.short_call_seconds),
        talked,
      )
  const averageSeconds = isSilent ? 0 : average(talked)
  return [
    { found: rate < terms.min_answer_rate, told: `${percent(rate)} were answered` },
    {
      found: shortShare > terms.max_short_share,
      told: `${percent(shortShare)} of those answered ended within ${terms.short_call_seconds} s`,
    },
    {
      found: averageSeconds < terms.min_average_seconds,
      told: `they lasted ${Math.round(averageSeconds)} s on average`,
    },
  ]
}

function share(part: readonly number[], whole: readonly number[]): number {
  return whole.length === 0 ? 0 : part.length / whole.length
}

function average(values: readonly number[]): number {
  return values.length === 0
    ? Number.POSITIVE_INFINITY
    : values.reduce((sum, value) => sum + value, 0) / values.length
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`
}
