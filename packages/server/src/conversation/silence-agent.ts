import { has, isAudible, playedOf, type Reply, remember, withAgent } from './agent.ts'
import type { Command, Happening, TranscriptLine } from './happening.ts'
import { heardText, wholeText } from './heard-text.ts'
import { isDucked, noOverlap } from './overlap.ts'
import type { ConversationState, Step } from './state.ts'
import { report } from './step.ts'

/**
 * Stops everything the agent is saying or about to say. What was heard of it enters the transcript, and
 * the voice is told how far it got.
 */
export function silenceAgent(state: ConversationState, { nowMs, queuedMs }: Happening): Step {
  const { replies, gone, held } = state.agent
  const silentFromMs = held?.atMs ?? nowMs
  const audible = isAudible(state.agent)
  const played = playedOf(replies, queuedMs)
  const commands: Command[] = audible && !held ? [{ type: 'clear' }] : []
  if (isDucked(state.overlap)) commands.push({ type: 'gain', db: 0 })
  for (const [index, reply] of replies.entries()) {
    const playedMs = played[index] ?? 0
    commands.push({ type: 'interrupt', replyId: reply.id, playedMs })
    const line = cutLine(reply, playedMs, silentFromMs)
    if (line) commands.push({ type: 'enter', line })
  }
  const after = withAgent(
    { ...state, overlap: noOverlap },
    {
      replies: [],
      wanted: null,
      held: null,
      gone: remember(gone, ...replies.map(reply => reply.id)),
      ...(audible ? { quietSinceMs: silentFromMs, lastSoundMs: silentFromMs } : {}),
    },
  )
  return [after, commands]
}

/** As `silenceAgent`, but what the callee must be told first is said to its end. */
export function stopTalking(state: ConversationState, happening: Happening): Step {
  return has(state.agent, 'disclosure') ? [state, []] : silenceAgent(state, happening)
}

/** Says at once that the callee took the floor from a reply that was playing. */
export function interruptionReport(
  state: ConversationState,
  { nowMs, queuedMs }: Happening,
): readonly Command[] {
  const playedMs = playedOf(state.agent.replies, queuedMs).findLast(played => played > 0)
  return playedMs === undefined ? [] : [report({ type: 'interruption', at_ms: nowMs, played_ms: playedMs })]
}

/** How a reply enters the transcript when it is stopped: null when nothing of it was heard. */
function cutLine(reply: Reply, playedMs: number, nowMs: number): TranscriptLine | null {
  const played = { playedMs, audioMs: reply.writtenMs, complete: !reply.making }
  const text = playedMs > 0 ? heardText(reply.pieces, played) : ''
  if (text === '') return null
  const startMs = reply.playedFromMs ?? Math.max(0, nowMs - playedMs)
  return {
    user: 'assistant',
    text,
    startMs,
    endMs: nowMs,
    interrupted: text !== wholeText(reply.pieces) || reply.making || reply.cutShort,
  }
}
