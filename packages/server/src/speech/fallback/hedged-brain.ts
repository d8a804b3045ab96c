import type { Brain, BrainEvent, BrainRequest } from '../cascade/port.ts'
import { VoiceFault } from '../port.ts'
import type { Breakers } from './breakers.ts'

/** One that thinks, and what it is called in the breakers. */
export interface BrainChoice {
  readonly name: string
  readonly model: string
  readonly adapter: Brain
}

/** Without a word for so long the next brain is asked beside it. */
const HEDGE_AFTER_MS = 2_500

/**
 * Brains in the order of preference as one: the next is asked when one fails or gives no word in time, and the
 * first that begins to speak has the reply. One that breaks off later has said its half: that is a fault.
 */
export function hedged(choices: readonly BrainChoice[], breakers: Breakers): Brain {
  return {
    reply: (request, signal) => race({ choices: breakers.standing(choices), breakers }, request, signal),
  }
}

async function* race(
  { choices, breakers }: { choices: readonly BrainChoice[]; breakers: Breakers },
  request: BrainRequest,
  signal: AbortSignal,
): AsyncGenerator<BrainEvent> {
  const waiting = [...choices]
  const racing = new Set<Racer>()
  const ask = () => {
    const choice = waiting.shift()
    if (!choice) return
    breakers.tried(choice.name)
    racing.add(new Racer(choice, request, signal))
  }
  try {
    ask()
    let trouble: unknown = new VoiceFault('parley', 'refused', { message: 'no brain is configured' })
    while (racing.size > 0) {
      const first = await firstOf(racing, waiting.length > 0)
      if (first === null) {
        const [slow] = racing
        if (slow) yield { type: 'trouble', fault: late(slow.name) }
        ask()
      } else if ('error' in first) {
        trouble = first.error
        if (first.error instanceof Error && waiting.length > 0) yield { type: 'trouble', fault: first.error }
        if (!signal.aborted) breakers.failed(first.racer.name, first.error)
        racing.delete(first.racer)
        if (racing.size === 0) ask()
      } else {
        leaveBehind(racing, first.racer, breakers)
        return yield* spoken(first, breakers)
      }
    }
    throw trouble
  } finally {
    for (const racer of racing) racer.stop()
  }
}

/** Whoever was asked before the winner took too long. */
function leaveBehind(racing: ReadonlySet<Racer>, winner: Racer, breakers: Breakers): void {
  let asked = 'earlier'
  for (const racer of racing) {
    if (racer === winner) asked = 'later'
    else {
      racer.stop()
      if (asked === 'earlier') breakers.failed(racer.name, late(racer.name))
    }
  }
}

function late(name: string): VoiceFault {
  return new VoiceFault(name, 'timeout', { message: `no words from the model in ${HEDGE_AFTER_MS} ms` })
}

async function* spoken({ racer, events }: Begun, breakers: Breakers): AsyncGenerator<BrainEvent> {
  yield* events
  try {
    for (let next = await racer.next(); !next.done; next = await racer.next()) yield next.value
    breakers.worked(racer.name)
  } catch (error) {
    breakers.failed(racer.name, error)
    throw error
  }
}

/** Null: nobody has begun, and it is time to ask one more. */
async function firstOf(racing: ReadonlySet<Racer>, more: boolean): Promise<Begun | Failed | null> {
  const ends = [...racing].map(({ begun }) => begun)
  if (!more) return await Promise.race(ends)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>(resolve => {
    timer = setTimeout(resolve, HEDGE_AFTER_MS, null)
  })
  try {
    return await Promise.race([...ends, late])
  } finally {
    clearTimeout(timer)
  }
}

interface Begun {
  readonly racer: Racer
  readonly events: readonly BrainEvent[]
}

interface Failed {
  readonly racer: Racer
  readonly error: unknown
}

/** One brain on its way to a first word. */
class Racer {
  readonly name: string
  /** Never rejects. */
  readonly begun: Promise<Begun | Failed>
  readonly #stopped = new AbortController()
  readonly #events: AsyncIterator<BrainEvent>

  constructor({ name, model, adapter }: BrainChoice, request: BrainRequest, signal: AbortSignal) {
    this.name = name
    const both = AbortSignal.any([signal, this.#stopped.signal])
    this.#events = adapter.reply({ ...request, model }, both)[Symbol.asyncIterator]()
    this.begun = this.#begin().then(
      events => ({ racer: this, events }),
      (error: unknown) => ({ racer: this, error }),
    )
  }

  next(): Promise<IteratorResult<BrainEvent>> {
    return this.#events.next()
  }

  /** Nobody waits for one that does not notice. */
  stop(): void {
    this.#stopped.abort(new DOMException('another brain speaks', 'AbortError'))
    this.#events.return?.().catch(() => undefined)
  }

  async #begin(): Promise<BrainEvent[]> {
    const events: BrainEvent[] = []
    for (let next = await this.next(); !next.done; next = await this.next()) {
      events.push(next.value)
      if (next.value.type !== 'expect') return events
    }
    throw new VoiceFault(this.name, 'protocol', { message: 'the model ended without an end' })
  }
}
