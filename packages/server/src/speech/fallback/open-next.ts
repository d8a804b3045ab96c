import { setTimeout as pause } from 'node:timers/promises'
import { raced } from '../patience.ts'
import { type TalkMessage, type Voice, VoiceFault } from '../port.ts'
import { faultOf } from '../voice-fault.ts'
import type { Breakers } from './breakers.ts'

/** Somewhere a voice can be opened, and what it is called in the breakers. */
export interface VoiceSource {
  readonly name: string
  /** Rejects with VoiceFault. `past`: what was said in the call before. */
  open(past: readonly TalkMessage[], signal: AbortSignal): Promise<Voice>
}

export interface Opened {
  readonly voice: Voice
  readonly source: VoiceSource
}

interface Search {
  /** In the order of preference. */
  readonly sources: readonly VoiceSource[]
  readonly breakers: Breakers
  readonly past: readonly TalkMessage[]
  /** Whose session broke, and why. */
  readonly lost: { readonly from: VoiceSource; readonly fault: VoiceFault }
}

/** A lost session is opened again in this time or not at all. */
const AGAIN_MS = 1_000
const AGAIN_AFTER_MS = [0, 250, 500]
/** In the middle of a call; the callee is waiting. */
const NEXT_MS = 2_000
/** Before the call. */
const FIRST_MS = 10_000

/** The first that opens, before a call. Rejects with the first one's VoiceFault. */
export async function openFirst(search: Omit<Search, 'past' | 'lost'>, signal: AbortSignal): Promise<Opened> {
  const { sources, breakers } = search
  const ready = sources.filter(({ name }) => breakers.isReady(name))
  let trouble = new VoiceFault('parley', 'unreachable', {
    message: 'provider_unavailable: every provider that could speak has just failed several times',
  })
  for (const [index, source] of ready.entries()) {
    try {
      return await open(source, { breakers, past: [] }, { waitMs: FIRST_MS, signal })
    } catch (error) {
      const fault = faultOf(source.name, error)
      // A wrong key or voice is to be told, not covered up.
      if (signal.aborted || !isAway(fault)) throw error
      if (index === 0) trouble = fault
    }
  }
  throw trouble
}

/** In the middle of a call: the same one again where that may help, else the next. Rejects with VoiceFault. */
export async function openNext(search: Search, signal: AbortSignal): Promise<Opened> {
  const { sources, breakers, lost } = search
  let trouble = lost.fault
  if (isAway(trouble) && breakers.isReady(lost.from.name)) {
    const opened = await openAgain(search, signal)
    if ('voice' in opened) return opened
    trouble = opened.fault
  }
  const later = sources.slice(sources.indexOf(lost.from) + 1)
  // Where nobody else is there, the one that did wrong is better than nobody.
  for (const source of later.length > 0 ? breakers.standing(later) : [lost.from]) {
    try {
      return await open(source, search, { waitMs: NEXT_MS, signal })
    } catch (error) {
      trouble = faultOf(source.name, error)
      if (signal.aborted) throw error
    }
  }
  throw trouble
}

async function openAgain(search: Search, signal: AbortSignal): Promise<Opened | { fault: VoiceFault }> {
  const source = search.lost.from
  const untilMs = performance.now() + AGAIN_MS
  let fault = new VoiceFault(source.name, 'timeout', { message: 'the session was not opened again in time' })
  for (const afterMs of AGAIN_AFTER_MS) {
    const leftMs = untilMs - performance.now() - afterMs
    if (leftMs <= 0) break
    await pause(afterMs, undefined, { signal })
    try {
      return await open(source, search, { waitMs: leftMs, signal })
    } catch (error) {
      fault = faultOf(source.name, error)
      if (signal.aborted || !isAway(fault)) break
    }
  }
  return { fault }
}

/** One that opens too late after all is closed again. */
async function open(
  source: VoiceSource,
  { breakers, past }: Pick<Search, 'breakers' | 'past'>,
  { waitMs, signal }: { waitMs: number; signal: AbortSignal },
): Promise<Opened> {
  breakers.tried(source.name)
  const late = () => new VoiceFault(source.name, 'timeout', { message: 'no session opened in time' })
  const given = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(waitMs))])
  const opening = source.open(past, given)
  try {
    return { voice: await raced(opening, { waitMs, late }, signal), source }
  } catch (error) {
    opening.then(
      voice => voice[Symbol.asyncDispose](),
      () => undefined,
    )
    if (!signal.aborted) breakers.failed(source.name, error)
    throw error
  }
}

/** The provider or the way to it is in trouble, not what it was asked. */
function isAway({ kind }: VoiceFault): boolean {
  return kind === 'unreachable' || kind === 'timeout' || kind === 'rate_limited'
}
