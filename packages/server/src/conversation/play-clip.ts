import type { StandbyClip } from '../speech/port.ts'
import { endMark, newReply, type Purpose, withAgent } from './agent.ts'
import type { Command } from './happening.ts'
import { firstAudio } from './replies.ts'
import type { ConversationState, Step } from './state.ts'

const bytesPerMs = 8

/** Says something that was made beforehand, ahead of all that is still being made. */
export function playClip(
  state: ConversationState,
  { clip, purpose }: { clip: StandbyClip; purpose: Extract<Purpose, 'filler' | 'apology'> },
  nowMs: number,
): Step {
  const { agent } = state
  const askedCount = agent.askedCount + 1
  const id = `${purpose}-${askedCount}`
  const { text, audio } = clip
  const said = {
    ...newReply(id, { purpose }, nowMs),
    making: false,
    audioMs: nowMs,
    writtenMs: audio.length / bytesPerMs,
    made: { audio, before: null },
    pieces: [{ text, offsetMs: 0 }],
  }
  const commands: Command[] = [...firstAudio(id, audio), { type: 'mark', name: endMark(id) }]
  return [withAgent(state, { askedCount, replies: [said, ...agent.replies] }), commands]
}
