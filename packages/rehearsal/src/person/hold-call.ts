import { performance } from 'node:perf_hooks'
import type { MediaStream } from '@parley/wire/rtp/media-engine'
import type { AnsweredCall } from '@parley/wire/sip/user-agent'
import { listenIn, type Ears } from './listen-in.ts'
import { freshMind, think, type Act, type Line, type MindEvent } from './mind.ts'
import type { Persona } from './persona.ts'
import type { CallEnd, Note } from './person-event.ts'
import { noiseOf } from './noise.ts'
import { createReceiverMeter, type ReceiverMeter } from './receiver-meter.ts'
import { createSpeaker, type Mouth } from './speak-line.ts'

/** What every call of a person shares: recognizer and detector, and the voice. */
export interface Faculties {
  readonly ears: Ears
  readonly mouth: Mouth
}

export interface HeldCall {
  readonly persona: Persona
  readonly faculties: Faculties
  readonly stream: MediaStream
  readonly log: Note
  readonly vanish: () => void
}

/** How often the person considers what is due. Coarse against speech, fine against a turn. */
const tickMs = 40
/** A BYE that nobody confirms is given up after timer F and a little (RFC 3261 §17.1.2.2). */
const byeDeadlineMs = 35_000

/** The talk itself: resolves when the call is over, whoever ended it. */
export async function holdCall(call: AnsweredCall, held: HeldCall, signal: AbortSignal): Promise<void> {
  const meter = createReceiverMeter(performance.now())
  const over = new AbortController()
  const leaving = Promise.withResolvers<CallEnd>()
  const finish = (by: CallEnd['by'], reason: string): void => {
    leaving.resolve(measure(by, reason, { held, meter }))
    over.abort()
  }
  call.onEnd(({ by, reason }) =>
    finish(by === 'remote' ? 'agent' : by === 'local' ? 'person' : 'line', reason),
  )
  const stopped = (): void => finish('person', 'the person is being stopped')
  signal.addEventListener('abort', stopped, { once: true, signal: over.signal })
  const act = (one: Act): void => {
    if (one.type === 'perform') return
    if (one.type === 'vanish') held.vanish()
    finish('person', one.type === 'vanish' ? 'vanished' : 'hung up')
  }
  const stop = attend(held, { meter, act, signal: over.signal })
  const end = await leaving.promise
  stop()
  if (end.reason === 'vanished') held.log({ event: 'vanished' }, held.stream.positionMs)
  else await call.bye(AbortSignal.timeout(byeDeadlineMs)).catch(noteTrouble(held))
  held.log({ event: 'ended', ...end }, end.duration_ms)
}

interface Attention {
  readonly meter: ReceiverMeter
  readonly act: (act: Act) => void
  readonly signal: AbortSignal
}

/** Joins line, ears, mind and mouth; the result takes them apart again. */
function attend(held: HeldCall, { meter, act, signal }: Attention): () => void {
  const { persona, stream, faculties, log } = held
  const speaker = createSpeaker({ persona, stream, mouth: faculties.mouth, log })
  let mind = freshMind
  const feed = (event: MindEvent): void => {
    const [next, acts] = think(persona, mind, event)
    mind = next
    for (const one of acts) {
      if (one.type === 'perform') void perform(one.line)
      else act(one)
    }
  }
  const perform = async (line: Line): Promise<void> => {
    await speaker.perform(line, signal).catch(noteTrouble(held))
    if (!signal.aborted) feed({ type: 'spoke', atMs: stream.positionMs })
  }
  const ears = listenIn(faculties.ears, { persona, log, feed })
  stream.onFrame((frame, atMs) => {
    if (signal.aborted) return
    meter.received(frame, performance.now())
    ears.write(frame, atMs)
  })
  stream.onDigit((digit, atMs) => {
    log({ event: 'digit', digit }, atMs)
    feed({ type: 'pressed', key: digit, atMs })
  })
  if (persona.noise) stream.background(noiseOf(persona.noise))
  stream.onStall(sinceMs => log({ event: 'line_silent', since_ms: sinceMs }, stream.positionMs))
  const ticking = setInterval(() => feed({ type: 'tick', atMs: stream.positionMs }), tickMs)
  return () => {
    clearInterval(ticking)
    ears.close()
  }
}

function measure(
  by: CallEnd['by'],
  reason: string,
  { held, meter }: { held: HeldCall; meter: ReceiverMeter },
): CallEnd {
  const { received, lost, late, jitterMs, gapP50Ms, gapP99Ms, maxGapMs } = held.stream.stats()
  const voice = meter.summary(performance.now())
  return {
    by,
    reason,
    duration_ms: Math.round(held.stream.positionMs),
    reception: {
      ...voice,
      received,
      lost,
      late,
      jitterMs: tenths(jitterMs),
      gapP50Ms,
      gapP99Ms,
      maxGapMs: tenths(maxGapMs),
    },
  }
}

const tenths = (ms: number): number => Math.round(ms * 10) / 10

const noteTrouble =
  ({ log, stream }: HeldCall) =>
  (error: unknown): void =>
    log(
      { event: 'trouble', detail: error instanceof Error ? error.message : String(error) },
      stream.positionMs,
    )
