import { setImmediate as breathe } from 'node:timers/promises'
import type { Brain, BrainEvent, BrainRequest } from '../speech/cascade/port.ts'
import { patiently } from '../speech/patience.ts'
import { VoiceFault } from '../speech/port.ts'

/** What a brain came up with, all of it. */
export interface Thought {
  readonly text: string
  readonly calls: readonly Extract<BrainEvent, { type: 'tool_call' }>[]
  /** From the question to the first word or call. */
  readonly firstTokenMs: number
}

/** Nobody waits on a line, but a model that is slower than this holds no talk. Milliseconds. */
const patience = { firstMs: 20_000, nextMs: 10_000 }
const wholeMs = 45_000
/** Nobody says more at once on a phone: what comes after it is not listened to. */
const mostText = 4_000

/** Rejects with VoiceFault, or with the signal's reason. */
export async function think(brain: Brain, request: BrainRequest, signal: AbortSignal): Promise<Thought> {
  const late = (ms: number) => new VoiceFault('brain', 'timeout', { message: `no words in ${ms} ms` })
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(wholeMs)])
  const calls: Thought['calls'][number][] = []
  // Brains without a network never let go of the thread, which live calls need, too.
  await breathe()
  const askedMs = performance.now()
  let firstMs: number | null = null
  let text = ''
  for await (const event of patiently(brain.reply(request, deadline), { ...patience, late }, deadline)) {
    if (event.type === 'done' || text.length > mostText) break
    if (event.type !== 'text' && event.type !== 'tool_call') continue
    firstMs ??= performance.now()
    if (event.type === 'text') text += event.text
    else calls.push(event)
  }
  return {
    text: text.slice(0, mostText).trim(),
    calls,
    firstTokenMs: (firstMs ?? performance.now()) - askedMs,
  }
}
