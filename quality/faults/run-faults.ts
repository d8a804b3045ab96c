import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { type LocalEngines, openLocalEngines } from '../../packages/server/src/speech/local/engines.ts'
import { localParts } from '../../packages/server/src/speech/local/local-parts.ts'
import { createStandby } from '../../packages/server/src/speech/standby.ts'
import { soundOf, synthesized } from '../talk/sound.ts'
import { diceOf } from './dice.ts'
import { planFault } from './faults.ts'
import { openPhones } from './line.ts'
import { type PlayedCall, playCall } from './play-call.ts'
import { callee } from './providers.ts'

export interface FaultCall extends PlayedCall {
  readonly name: string
}

export interface FaultRun {
  readonly calls: number
  /** Calls at once. */
  readonly width: number
  /** Absent: by chance. */
  readonly seed?: number
  readonly onResult?: (call: FaultCall) => void
}

export interface FaultResults {
  readonly seed: number
  readonly calls: readonly FaultCall[]
}

/** No callee waits longer for a sound of the agent, whatever fails. */
export const longestSilenceMs = 6_000
/** A burst of calls that are set up at once measures the machine. */
const betweenStartsMs = 1_000

/** Calls over SIP and RTP in each of which some provider fails somehow at some moment. */
export async function runFaults({
  calls,
  width,
  seed = randomInt(2 ** 31),
  onResult,
}: FaultRun): Promise<FaultResults> {
  await using engines = await openLocalEngines()
  await using phones = await openPhones()
  const local = localParts(() => engines)
  const standby = createStandby({ ...local, reserve: local })
  const rehearsal = { phones, local, standby, sentences: await sentencesOf(engines) }
  const dice = diceOf(seed)
  const queue = Array.from({ length: calls }, (_, index) => planFault(index, dice))
  const results: FaultCall[] = []
  const work = async (_: unknown, place: number): Promise<void> => {
    await delay(place * betweenStartsMs)
    for (let fault = queue.shift(); fault; fault = queue.shift()) {
      const { mode, name, moment } = fault
      const when = moment.who === 'nobody_yet' ? 'ringing' : `${moment.who} ${moment.turn}`
      const call = { name: `${mode}, ${name}, ${when}`, ...(await playCall(fault, rehearsal)) }
      results.push(call)
      onResult?.(call)
    }
  }
  await Promise.all(Array.from({ length: width }).map(work))
  return { seed, calls: results }
}

/** Not as it should be: stuck, left alone, or too long silent. */
export function isBad({ endReason, gaveUp, worstSilenceMs }: FaultCall): boolean {
  return endReason === 'stuck' || gaveUp || worstSilenceMs > longestSilenceMs
}

async function sentencesOf({ synthesizer }: LocalEngines): Promise<Uint8Array[]> {
  const speak = synthesized(synthesizer, { voice: 'echo', rate: 1 })
  const sounds = callee.map(text => soundOf(speak, { parts: [text], beforeMs: 0, afterMs: 0 }))
  return (await Promise.all(sounds)).map(({ audio }) => new Uint8Array(audio))
}
