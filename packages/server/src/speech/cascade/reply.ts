import { VoiceFault } from '../port.ts'
import { patiently } from '../patience.ts'
import { PushStream } from '../push-stream.ts'
import { cutClauses } from './clauses.ts'
import type { BrainEvent, Spoken, SynthesizerStream } from './port.ts'

/** One reply on its way from words to sound. */
export interface Reply {
  readonly words: AsyncIterable<BrainEvent>
  readonly synthesizer: SynthesizerStream
  onFirstToken(): void
  onToolCall(call: Extract<BrainEvent, { type: 'tool_call' }>): void
  onExpect(phrases: readonly string[]): void
  onSpoken(piece: Spoken): void
  onTrouble(fault: Error): void
}

/** The callee never waits more than six seconds for some sound; a stream that stops for three is dead. */
const BRAIN_PATIENCE = { firstMs: 6_000, nextMs: 3_000 }
/** Counted from one piece of audio to the next, during which the brain may have to think of a clause. */
const SYNTHESIZER_PATIENCE = { firstMs: 4_000, nextMs: 7_000 }

/** Thinks and speaks at the same time: each clause is spoken while the next is being written. */
export async function runReply(reply: Reply, signal: AbortSignal): Promise<void> {
  const failed = new AbortController()
  const both = AbortSignal.any([signal, failed.signal])
  const clauses = new PushStream<string>()
  const halves = [think(reply, clauses, both), speak(reply, clauses, both)]
  try {
    await Promise.all(halves)
  } catch (error) {
    failed.abort(error)
    await Promise.allSettled(halves)
    throw error
  }
}

async function think(reply: Reply, clauses: PushStream<string>, signal: AbortSignal): Promise<void> {
  let waiting = ''
  let thinking = false
  let opening = true
  const late = (ms: number) =>
    new VoiceFault('brain', 'timeout', { message: `no words from the model in ${ms} ms` })
  try {
    for await (const event of patiently(reply.words, { ...BRAIN_PATIENCE, late }, signal)) {
      if (event.type === 'done') break
      if (event.type === 'trouble') {
        reply.onTrouble(event.fault)
        continue
      }
      if (!thinking && event.type !== 'expect') reply.onFirstToken()
      thinking ||= event.type !== 'expect'
      if (event.type === 'tool_call') reply.onToolCall(event)
      else if (event.type === 'expect') reply.onExpect(event.phrases)
      else {
        const { ready, rest } = cutClauses(waiting + event.text, opening)
        opening &&= ready.length === 0
        for (const clause of ready) clauses.push(clause)
        waiting = rest
      }
    }
    if (waiting.trim() !== '') clauses.push(waiting)
  } finally {
    clauses.end()
  }
}

/** Opens its mouth only when there is something to say: a reply may be a tool call and nothing else. */
async function speak(reply: Reply, clauses: PushStream<string>, signal: AbortSignal): Promise<void> {
  const late = (ms: number) => new VoiceFault('synthesizer', 'timeout', { message: `no audio in ${ms} ms` })
  const reading = clauses[Symbol.asyncIterator]()
  const first = await reading.next()
  if (first.done || signal.aborted) return
  const audio = reply.synthesizer.speak(resumed(first.value, reading), signal)
  for await (const piece of patiently(audio, { ...SYNTHESIZER_PATIENCE, late }, signal)) reply.onSpoken(piece)
}

async function* resumed(first: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  yield first
  yield* rest
}
