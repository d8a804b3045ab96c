import type { CallMode } from '@parley/contract/status'
import type { StandIn } from '../../packages/rehearsal/src/stand-ins/stand-in.ts'
import type { Dice } from './dice.ts'
import type { ProviderName, Providers } from './providers.ts'

/** When something breaks, in milliseconds from the moment that somebody begins to speak. */
export interface Moment {
  readonly who: 'nobody_yet' | 'callee' | 'agent'
  /** The first or second time that they speak. */
  readonly turn: number
  readonly afterMs: number
}

/** What befalls the providers of one call, and when. */
export interface PlannedFault {
  readonly name: string
  readonly mode: CallMode
  readonly moment: Moment
  /** False: not even the local engines are there. */
  readonly reserve: boolean
  readonly strike: (providers: Providers) => void
}

type Strike = (standIn: StandIn, providers: Providers) => void

const refusing =
  (status: number): Strike =>
  ({ faults }) => {
    faults.refuse(status)
    faults.drop()
  }

/** What can happen to any provider, by what is done to its connections. */
const everywhere: Readonly<Record<string, Strike>> = {
  'refused connection': standIn => void standIn[Symbol.asyncDispose](),
  'status 401': refusing(401),
  'status 429': refusing(429),
  'status 500': refusing(500),
  'socket reset': ({ faults }) => faults.drop(),
  'half open': ({ faults }) => {
    faults.hush(true)
    faults.stall()
  },
  'half open once': ({ faults }) => faults.stall(),
  'malformed event': ({ faults }) => faults.garble(),
  'no first byte': ({ faults }) => faults.hush(true),
}

/** What only a model can do. */
const models: Readonly<Record<string, { at: readonly [ProviderName, ...ProviderName[]]; strike: Strike }>> = {
  'no first token': { at: ['brain', 'realtime'], strike: (_, { ills }) => void (ills.stops = 'at_once') },
  'stalled stream': { at: ['brain'], strike: (_, { ills }) => void (ills.stops = 'midway') },
  'stream cut': { at: ['brain'], strike: (_, { ills }) => void (ills.cut = true) },
  'near-silent audio': {
    at: ['synthesizer', 'realtime'],
    strike: (_, { ills }) => void (ills.silent = true),
  },
}

const legacyParts = ['recognizer', 'brain', 'synthesizer'] as const
const allDown = 'everything down'
const names = [...Object.keys(everywhere), ...Object.keys(models), allDown]

/** A fault by chance; calls one after the other go through all kinds. */
export function planFault(index: number, dice: Dice): PlannedFault {
  const kind = names[index % names.length] ?? allDown
  const mode = dice.oneOf<CallMode>(['realtime', 'legacy'])
  const moment: Moment = {
    who: dice.oneOf(['nobody_yet', 'callee', 'callee', 'agent', 'agent']),
    turn: dice.between(1, 2),
    afterMs: dice.between(100, 1_500),
  }
  if (kind === allDown) {
    const reserve = dice.oneOf([true, false])
    const name = reserve ? allDown : `${allDown}, nothing local`
    return { name, mode, moment, reserve, strike: strikeAll }
  }
  const at = dice.oneOf<ProviderName>(models[kind]?.at ?? (mode === 'realtime' ? ['realtime'] : legacyParts))
  const strike = models[kind]?.strike ?? everywhere[kind]
  return {
    name: `${kind}, ${at}`,
    mode: at === 'realtime' ? 'realtime' : models[kind] ? 'legacy' : mode,
    moment,
    reserve: true,
    strike: providers => strike?.(providers.standIns[at], providers),
  }
}

function strikeAll(providers: Providers): void {
  for (const standIn of Object.values(providers.standIns)) refusing(503)(standIn, providers)
}
