import { PushStream } from '../push-stream.ts'
import type { BrainEvent } from './port.ts'

/** How often one turn of the callee may be thought about before it is over. */
const mostPerTurn = 3

interface Thought {
  readonly key: string
  readonly events: PushStream<BrainEvent>
  readonly stop: AbortController
}

/**
 * What the brain answers should the callee have finished: begun on what they seem to have said, kept if that
 * is what they said, thrown away otherwise. Its words are spoken and its tools are called only once it is taken,
 * so that what is thrown away leaves nothing behind.
 */
export class Foresight {
  #thought: Thought | null = null
  #begun = 0

  /** `key`: all that the answer depends on. */
  begin(key: string, think: (signal: AbortSignal) => AsyncIterable<BrainEvent>): void {
    if (this.#thought?.key === key || this.#begun >= mostPerTurn) return
    this.drop()
    this.#begun += 1
    const stop = new AbortController()
    const events = new PushStream<BrainEvent>()
    this.#thought = { key, events, stop }
    void gather(think(stop.signal), events)
  }

  /** Its events from the first one on; null: it was about something else, and is no more. */
  take(key: string, signal: AbortSignal): AsyncIterable<BrainEvent> | null {
    const thought = this.#thought
    this.#begun = 0
    if (thought?.key !== key) {
      this.drop()
      return null
    }
    this.#thought = null
    signal.addEventListener('abort', () => thought.stop.abort(signal.reason), { once: true })
    return thought.events
  }

  drop(): void {
    this.#thought?.stop.abort(new DOMException('thought of something else', 'AbortError'))
    this.#thought = null
  }
}

async function gather(from: AsyncIterable<BrainEvent>, into: PushStream<BrainEvent>): Promise<void> {
  try {
    for await (const event of from) into.push(event)
    into.end()
  } catch (error) {
    into.fail(error instanceof Error ? error : new Error(String(error)))
  }
}
