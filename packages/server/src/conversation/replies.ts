import type { VoiceEvent } from '../speech/port.ts'
import { guidance } from '../domain/guidance.ts'
import type { LegEvent } from '../telephony/port.ts'
import {
  endMark,
  newReply,
  put,
  type Reply,
  remember,
  type Request,
  replyOf,
  startMark,
  update,
  withAgent,
  without,
} from './agent.ts'
import { ask } from './ask.ts'
import type { Command, Happening } from './happening.ts'
import { heardText, wholeText, withPiece } from './heard-text.ts'
import { silenceAgent } from './silence-agent.ts'
import type { ConversationState, Part, Step } from './state.ts'
import { chain } from './step.ts'

const bytesPerMs = 8
const frameMs = 20
const frameBytes = frameMs * bytesPerMs

/** Replies that a voice begins by itself are not wanted while this holds. */
export type Refusal = (state: ConversationState) => boolean

/** Follows the replies through being made and being played. */
export function agentSpeaks(refuses: Refusal): Part {
  return (state, happening) => {
    const { event, nowMs } = happening
    switch (event.type) {
      case 'reply_started':
        return replyStarted(state, event.replyId, { refused: refuses(state), happening })
      case 'first_token':
        return update(state, event.replyId, reply => ({ ...reply, tokenMs: reply.tokenMs ?? nowMs }))
      case 'reply_text':
        return update(state, event.replyId, reply => ({ ...reply, pieces: withPiece(reply.pieces, event) }))
      case 'reply_audio':
        return replyAudio(state, event, happening)
      case 'reply_done':
        return replyDone(state, event, nowMs)
      case 'mark':
        return marked(state, event)
      default:
        return null
    }
  }
}

function replyStarted(
  state: ConversationState,
  id: string,
  { refused, happening }: { refused: boolean; happening: Happening },
): Step | null {
  const { agent, terms } = state
  const { nowMs } = happening
  if (replyOf(agent, id) || agent.gone.includes(id) || !terms.takesTurns) return null
  if (!refused && agent.held)
    return chain(
      silenceAgent(state, happening),
      next => replyStarted(next, id, { refused, happening }) ?? [next, []],
    )
  if (refused || agent.replies.some(reply => reply.making)) {
    const gone = remember(agent.gone, id)
    const turnedDown = state.callee.turnedDown || !state.callee.speaking
    const callee = { ...state.callee, turnedDown }
    return [{ ...withAgent(state, { gone }), callee }, [{ type: 'interrupt', replyId: id, playedMs: 0 }]]
  }
  const replies = [...agent.replies, { ...newReply(id, { purpose: 'answer' }, nowMs), request: null }]
  const callee = { ...state.callee, unanswered: null, spokeMs: null, turnedDown: false, tookFloor: false }
  return [{ ...withAgent(state, { replies, lastAskedMs: nowMs }), callee }, []]
}

function replyAudio(
  state: ConversationState,
  { replyId, audio }: Extract<VoiceEvent, { type: 'reply_audio' }>,
  { nowMs, queuedMs }: Happening,
): Step | null {
  const reply = replyOf(state.agent, replyId)
  if (!reply?.making || audio.length === 0) return null
  const lastsMs = audio.length / bytesPerMs
  if (queuedMs + lastsMs > state.terms.settings.longestQueueMs) return endless(state, reply, nowMs)
  const grown: Reply = {
    ...reply,
    writtenMs: reply.writtenMs + lastsMs,
    made: { audio, before: reply.made },
    audioMs: reply.audioMs ?? nowMs,
  }
  const { held } = state.agent
  const replies = put(state.agent.replies, grown)
  if (held) {
    const more = { ...held, unplayedMs: held.unplayedMs + lastsMs }
    return [withAgent(state, { replies, failures: 0, held: more }), []]
  }
  return [
    withAgent(state, { replies, failures: 0 }),
    reply.writtenMs > 0 ? [{ type: 'play', audio }] : firstAudio(replyId, audio),
  ]
}

/** A mark tells when what stands before it was played, so the one that tells of the start follows the first frame. */
export function firstAudio(replyId: string, audio: Uint8Array): Command[] {
  const rest = audio.subarray(frameBytes)
  return [
    { type: 'play', audio: audio.subarray(0, frameBytes) },
    { type: 'mark', name: startMark(replyId) },
    ...(rest.length > 0 ? [{ type: 'play', audio: rest } as const] : []),
  ]
}

/** A model that talks on without end is stopped where the line's queue is full; the rest is not said. */
function endless(state: ConversationState, reply: Reply, nowMs: number): Step {
  const stop: Command = { type: 'interrupt', replyId: reply.id, playedMs: reply.writtenMs }
  const made = { ...reply, making: false }
  return chain([state, [stop]], next => replyMade(next, made, { result: 'cancelled', nowMs }))
}

/** A reply that fails before a sound is asked for again; who counts failures decides when that is hopeless. */
function replyDone(
  state: ConversationState,
  { replyId, result }: Extract<VoiceEvent, { type: 'reply_done' }>,
  nowMs: number,
): Step | null {
  const { agent } = state
  const reply = replyOf(agent, replyId)
  if (!reply?.making) return null
  if (reply.writtenMs > 0) return replyMade(state, { ...reply, making: false }, { result, nowMs })
  const failed = result === 'failed' && state.failing === null
  const again = failed ? (reply.request ?? { purpose: 'answer' }) : null
  const wanted = again?.purpose === 'disclosure' ? again : (agent.wanted ?? again)
  const failures = failed ? agent.failures + 1 : agent.failures
  const left = withAgent(without(state, reply), { wanted, failures })
  return askForWanted(left, nowMs)
}

/** A reply that broke off in the making is played as far as it got, and has said no more than that. */
function replyMade(
  state: ConversationState,
  reply: Reply,
  { result, nowMs }: { result: 'complete' | 'cancelled' | 'failed'; nowMs: number },
): Step {
  const { writtenMs, pieces } = reply
  const said = heardText(pieces, { playedMs: writtenMs, audioMs: writtenMs, complete: false })
  const made =
    result === 'complete' ? reply : { ...reply, cutShort: true, pieces: [{ text: said, offsetMs: 0 }] }
  const wanted = result === 'failed' ? afterBreak(state, reply) : state.agent.wanted
  const marked: Step = [
    withAgent(state, { replies: put(state.agent.replies, made), wanted }),
    state.agent.held ? [] : [{ type: 'mark', name: endMark(reply.id) }],
  ]
  return chain(marked, next => askForWanted(next, nowMs))
}

/** Half a disclosure is none; of anything else the rest is said, unless that broke off too. */
function afterBreak({ agent, failing }: ConversationState, { purpose, request }: Reply): Request | null {
  if (purpose === 'disclosure') return request
  const isRest = request?.guidance === guidance.goOn
  if (agent.wanted || isRest || failing || (purpose !== 'answer' && purpose !== 'opening'))
    return agent.wanted
  return { purpose: 'answer', guidance: guidance.goOn }
}

function askForWanted(state: ConversationState, nowMs: number): Step {
  return state.agent.wanted ? ask(state, state.agent.wanted, nowMs) : [state, []]
}

/** A question into the silence does not end it, nor does a word that fills the wait for one. */
function breaksSilence({ purpose }: Reply): boolean {
  return purpose !== 'silence_prompt' && purpose !== 'filler'
}

function marked(state: ConversationState, mark: Extract<LegEvent, { type: 'mark' }>): Step | null {
  if (mark.cleared) return null
  const starting = state.agent.replies.find(reply => startMark(reply.id) === mark.name)
  if (starting) {
    const playedFromMs = Math.max(starting.audioMs ?? 0, mark.atMs - frameMs)
    return update(state, starting.id, reply => ({ ...reply, playedFromMs }))
  }
  const ended = state.agent.replies.find(reply => !reply.making && endMark(reply.id) === mark.name)
  if (!ended) return null
  const { quietSinceMs: before } = state.agent
  const quietSinceMs = breaksSilence(ended) ? mark.atMs : before
  const after = withAgent(without(state, ended), { quietSinceMs, lastSoundMs: mark.atMs })
  const text = wholeText(ended.pieces)
  if (text === '') return [after, []]
  const startMs = ended.playedFromMs ?? mark.atMs - ended.writtenMs
  const line = { user: 'assistant', text, startMs, endMs: mark.atMs, interrupted: ended.cutShort } as const
  return [after, [{ type: 'enter', line }]]
}
