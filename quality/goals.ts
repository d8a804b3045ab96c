import { z } from 'zod'
import type { Figures } from './figures.ts'

const share = z.number().nullish()
const measured = z.object({
  false_stops: share,
  missed_interruptions: share,
  cut_offs: share,
  first_sentence_exact: share,
  farewell_complete: share,
  transcript_offset_ms: z.object({ p95: z.number() }).nullish(),
  calls: z.object({ as_expected: z.number(), of: z.number() }).optional(),
})

/** Transcript and recording agree to so many milliseconds. */
const mostOffsetMs = 50
const atMost = { false_stops: 0.05, missed_interruptions: 0.02, cut_offs: 0.02 } as const
const always = ['first_sentence_exact', 'farewell_complete'] as const

/** The goals that were missed, in words. What was not measured misses none. */
export function missedGoals(figures: Figures): string[] {
  const of = measured.parse(figures)
  const limits = Object.entries(atMost) as [keyof typeof atMost, number][]
  return [
    ...limits.flatMap(([name, most]) => told(name, of[name], value => value <= most)),
    ...always.flatMap(name => told(name, of[name], value => value === 1)),
    ...((of.transcript_offset_ms?.p95 ?? 0) > mostOffsetMs
      ? [`transcript_offset_ms: ${of.transcript_offset_ms?.p95}`]
      : []),
    ...(of.calls && of.calls.as_expected < of.calls.of
      ? [`calls as expected: ${of.calls.as_expected} of ${of.calls.of}`]
      : []),
  ]
}

function told(name: string, value: number | null | undefined, isMet: (value: number) => boolean): string[] {
  return typeof value !== 'number' || isMet(value) ? [] : [`${name}: ${(100 * value).toFixed(1)} %`]
}
