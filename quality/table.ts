import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { MachineLoad } from '../bench/measure/machine.ts'
import { z } from 'zod'
import type { Figures } from './figures.ts'

const page = fileURLToPath(new URL('../docs/quality.md', import.meta.url))
const begin = '<!-- figures: begin -->'
const end = '<!-- figures: end -->'

const spread = z.object({ n: z.number(), p50: z.number(), p95: z.number() }).nullish()
const shares = {
  false_stops: z.number().nullish(),
  missed_interruptions: z.number().nullish(),
  cut_offs: z.number().nullish(),
  stop_ms: spread,
}
const answers = z.object({ right: z.number(), of: z.number(), people_lost: z.number(), people: z.number() })
const shown = z.object({
  ...shares,
  local_ears: z.object(shares).optional(),
  human: z.object({ ...shares, local_ears: z.object(shares) }).optional(),
  first_sentence_exact: z.number().nullish(),
  farewell_complete: z.number().nullish(),
  calls: z
    .object({
      realtime: z.object({ calls: z.number(), as_expected: z.number() }),
      legacy: z.object({ calls: z.number(), as_expected: z.number() }),
    })
    .optional(),
  response_ms: spread,
  stop_on_the_wire_ms: spread,
  transcript_offset_ms: spread,
  answering: z.object({ every_word: answers, ears: answers }).optional(),
  faults: z.object({ calls: z.number(), stuck: z.number(), worst_silence_ms: z.number() }).optional(),
})
type Shown = z.infer<typeof shown>

type Row = readonly [figure: string, goal: string, value: string | null]

/** The figures as people read them; a figure that was not measured has no row. */
export function tableOf(figures: Figures): string {
  const rows = rowsOf(shown.parse(figures)).filter(([, , value]) => value !== null)
  return [
    '| figure | goal | measured |',
    '| --- | --- | --- |',
    ...rows.map(row => `| ${row.join(' | ')} |`),
  ].join('\n')
}

function rowsOf(of: Shown): Row[] {
  const { calls, answering, faults } = of
  const played = (one: { calls: number; as_expected: number } | undefined) =>
    one ? `${one.as_expected} of ${one.calls}` : null
  const told = (one: z.infer<typeof answers> | undefined) =>
    one ? `${one.right} of ${one.of} right, ${one.people_lost} of ${one.people} people lost` : null
  return [
    ['scripted calls as expected, realtime', 'all', played(calls?.realtime)],
    ['scripted calls as expected, legacy', 'all', played(calls?.legacy)],
    ['first sentence word for word', '100 %', percent(of.first_sentence_exact)],
    ['farewell heard whole', '100 %', percent(of.farewell_complete)],
    ['answer after the end of a turn, p50 / p95 ms', '', times(of.response_ms)],
    ['interruption to silence, recorded, p50 / p95 ms', '', times(of.stop_on_the_wire_ms)],
    ['transcript against recording, p50 / p95 ms', '≤ 50', times(of.transcript_offset_ms)],
    ...turnRows('every word understood', of),
    ...turnRows('local ears', of.local_ears ?? {}),
    ...turnRows('a person, every word understood', of.human ?? {}),
    ...turnRows('a person, local ears', of.human?.local_ears ?? {}),
    ['answers told apart, every word understood', '', told(answering?.every_word)],
    ['answers told apart, local ears', '', told(answering?.ears)],
    ['calls in which a provider failed: stuck', '0', faults ? `${faults.stuck} of ${faults.calls}` : null],
    ['longest silence in them, ms', '≤ 6000', faults ? `${faults.worst_silence_ms}` : null],
  ]
}

function turnRows(whose: string, of: NonNullable<Shown['local_ears']>): Row[] {
  return [
    [`false stops on backchannels, ${whose}`, '≤ 5 %', percent(of.false_stops)],
    [`missed interruptions, ${whose}`, '≤ 2 %', percent(of.missed_interruptions)],
    [`cut-offs on identifiers, ${whose}`, '≤ 2 %', percent(of.cut_offs)],
    [`interruption to silence, ${whose}, p50 / p95 ms`, '', times(of.stop_ms)],
  ]
}

const percent = (value: number | null | undefined): string | null =>
  typeof value === 'number' ? `${(100 * value).toFixed(1)} %` : null

const times = (value: z.infer<typeof spread>): string | null =>
  value ? `${Math.round(value.p50)} / ${Math.round(value.p95)} (${value.n})` : null

/** Puts the table between the marks of `docs/quality.md`, with what the machine was doing. */
export async function writeTable(table: string, { cores, model, load }: MachineLoad): Promise<void> {
  const machine = `${cores} cores (${model}), load average ${load.join(' → ')}.`
  const text = await readFile(page, 'utf8')
  const [head, rest = ''] = text.split(begin)
  const tail = rest.split(end)[1] ?? ''
  await writeFile(page, `${head}${begin}\n\n${table}\n\nMeasured on ${machine}\n\n${end}${tail}`)
}
