import { newReply, type Request, withAgent } from './agent.ts'
import type { Command } from './happening.ts'
import type { ConversationState, Step } from './state.ts'

/** Asks for a reply, or notes it while another one is still being made: a voice makes one at a time. */
export function ask(state: ConversationState, request: Request, nowMs: number): Step {
  const { agent } = state
  if (agent.replies.some(reply => reply.making)) return [withAgent(state, { wanted: request }), []]
  const askedCount = agent.askedCount + 1
  const id = `${request.purpose}-${askedCount}`
  const replies = [...agent.replies, newReply(id, request, nowMs)]
  const asked = withAgent(state, { replies, askedCount, wanted: null, lastAskedMs: nowMs })
  const callee = { ...state.callee, unanswered: null, spokeMs: null, turnedDown: false, tookFloor: false }
  return [{ ...asked, callee }, [requestCommand(id, request)]]
}

function requestCommand(replyId: string, { say, guidance }: Request): Command {
  if (say !== undefined) return { type: 'say', replyId, text: say }
  return { type: 'respond', replyId, guidance: guidance ?? null }
}
