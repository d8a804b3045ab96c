import type { AnswerFigures, Matrix } from '../packages/server/test/answering/measure-answers.ts'
import { quantiles } from '../bench/measure/quantiles.ts'
import type { CallResult } from './calls/run-scenarios.ts'
import { type FaultResults, isBad } from './faults/run-faults.ts'
import type { Share, TalkFigures, TalkResults } from './talk/measure-talk.ts'

/** What was measured; a part that was left out is null. Shares are 0 to 1, times milliseconds. */
export interface Measured {
  readonly calls: readonly CallResult[] | null
  readonly turns: TalkResults | null
  readonly answering: AnswerFigures | null
  readonly faults: FaultResults | null
}

/** What `--json` writes. */
export type Figures = Readonly<Record<string, unknown>>

export function figuresOf({ calls, turns, answering, faults }: Measured): Figures {
  return {
    ...(turns && turnFigures(turns)),
    ...(calls && callFigures(calls)),
    ...(answering && {
      answering: { every_word: answerFigures(answering.trueWords), ears: answerFigures(answering.localEars) },
    }),
    ...(faults && { faults: faultFigures(faults) }),
  }
}

/** Of the members of the first level every word was understood: the decisions without a recognizer's mistakes. */
function turnFigures({ truth, ears, human }: TalkResults): Figures {
  const of = ({ falseStops, missedInterruptions, cutOffs, stopMs }: TalkFigures) => ({
    false_stops: share(falseStops),
    missed_interruptions: share(missedInterruptions),
    cut_offs: share(cutOffs),
    stop_ms: spread(stopMs),
    trials: { backchannels: falseStops.of, interruptions: missedInterruptions.of, identifiers: cutOffs.of },
    wrong: [...falseStops.cases, ...missedInterruptions.cases, ...cutOffs.cases],
  })
  return {
    ...of(truth),
    local_ears: of(ears),
    ...(human && { human: { ...of(human.truth), local_ears: of(human.ears) } }),
  }
}

function callFigures(calls: readonly CallResult[]): Figures {
  const good = calls.filter(({ faults }) => faults.length === 0)
  const mode = (name: CallResult['mode']) => {
    const mine = calls.filter(call => call.mode === name)
    return { calls: mine.length, as_expected: mine.filter(({ faults }) => faults.length === 0).length }
  }
  return {
    first_sentence_exact: rate(calls.map(call => call.firstSentenceExact)),
    farewell_complete: rate(calls.map(call => call.farewellComplete)),
    calls: { as_expected: good.length, of: calls.length, realtime: mode('realtime'), legacy: mode('legacy') },
    response_ms: spread(calls.flatMap(call => call.latenciesMs)),
    stop_on_the_wire_ms: spread(calls.flatMap(({ stopMs }) => (stopMs === null ? [] : [stopMs]))),
    transcript_offset_ms: spread(calls.flatMap(({ offsetsMs }) => offsetsMs.map(Math.abs))),
    unexpected: calls.flatMap(({ name, mode: of, faults }) => faults.map(told => `${of}, ${name}: ${told}`)),
  }
}

function faultFigures({ seed, calls }: FaultResults): Figures {
  const silences = calls.map(({ worstSilenceMs }) => worstSilenceMs)
  const bad = calls.filter(isBad)
  return {
    seed,
    calls: calls.length,
    stuck: calls.filter(({ endReason }) => endReason === 'stuck').length,
    silent_too_long: bad.filter(({ endReason }) => endReason !== 'stuck').length,
    worst_silence_ms: silences.length === 0 ? null : Math.max(...silences),
    silence_ms: spread(silences),
    wrong: bad.map(({ name, endReason, worstSilenceMs }) => `${name}: ${endReason}, ${worstSilenceMs} ms`),
  }
}

function answerFigures(matrix: Matrix): Figures {
  const { right, of, peopleLost, people, verdictP50Ms, verdictP95Ms, counts } = matrix
  const verdict = { p50: verdictP50Ms, p95: verdictP95Ms }
  return { right, of, people_lost: peopleLost, people, verdict_ms: verdict, counts }
}

const share = ({ wrong, of }: Share): number | null => (of === 0 ? null : wrong / of)

function rate(values: readonly (boolean | null)[]): number | null {
  const known = values.filter(value => value !== null)
  return known.length === 0 ? null : known.filter(Boolean).length / known.length
}

function spread(values: readonly number[]): { n: number; p50: number; p95: number } | null {
  if (values.length === 0) return null
  const { n, p50, p95 } = quantiles(values)
  return { n, p50, p95 }
}
