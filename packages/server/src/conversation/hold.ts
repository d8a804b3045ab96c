import { mulawLevelDbfs } from '@parley/wire/audio/level'
import { endMark, playedOf, type Reply, startMark, withAgent } from './agent.ts'
import type { Command, Happening } from './happening.ts'
import type { ConversationState, Step } from './state.ts'

/** Audio of a reply, newest first. */
export interface Made {
  readonly audio: Uint8Array
  readonly before: Made | null
}

const bytesPerMs = 8
const frameBytes = 160
/** The gap before a word is looked for so far back. */
const rewindMs = 400

/** The line falls silent, and what it had not played is kept; what is still being made is not played. */
export function holdAgent(state: ConversationState, { nowMs, queuedMs }: Happening): Step {
  if (state.agent.held) return [state, []]
  const held = { atMs: nowMs, unplayedMs: queuedMs }
  return [withAgent(state, { held }), queuedMs > 0 ? [{ type: 'clear' }] : []]
}

/** Goes on with the word that was being spoken. */
export function releaseAgent(state: ConversationState): Step {
  const { held, replies } = state.agent
  if (!held) return [state, []]
  const played = playedOf(replies, held.unplayedMs)
  const commands = replies.flatMap((reply, index) => playRest(reply, played[index] ?? 0))
  return [withAgent(state, { held: null }), commands]
}

function playRest(reply: Reply, playedMs: number): Command[] {
  const audio = joined(reply.made)
  const from = wordStart(audio, Math.floor(playedMs) * bytesPerMs)
  const commands: Command[] = []
  if (from < audio.length) commands.push({ type: 'play', audio: audio.subarray(from, from + frameBytes) })
  if (from < audio.length && reply.playedFromMs === null)
    commands.push({ type: 'mark', name: startMark(reply.id) })
  if (from + frameBytes < audio.length)
    commands.push({ type: 'play', audio: audio.subarray(from + frameBytes) })
  if (!reply.making) commands.push({ type: 'mark', name: endMark(reply.id) })
  return commands
}

/** The quietest place shortly before: half a word is not to be heard twice, nor the other half alone. */
function wordStart(audio: Uint8Array, at: number): number {
  let quietest = at
  let leastDbfs = Number.POSITIVE_INFINITY
  const earliest = Math.max(0, at - rewindMs * bytesPerMs)
  for (let from = at - frameBytes; from >= earliest; from -= frameBytes) {
    const levelDbfs = mulawLevelDbfs(audio.subarray(from, from + frameBytes))
    if (levelDbfs < leastDbfs) [quietest, leastDbfs] = [from, levelDbfs]
  }
  return quietest
}

function joined(made: Made | null): Uint8Array {
  const chunks: Uint8Array[] = []
  for (let one = made; one; one = one.before) chunks.push(one.audio)
  return new Uint8Array(Buffer.concat(chunks.reverse()))
}
