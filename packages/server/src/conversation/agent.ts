import type { Command, Happening, TranscriptLine } from './happening.ts'
import { heardText, type Piece, wholeText } from './heard-text.ts'
import type { ConversationState, Step, Terms } from './state.ts'
import { report } from './step.ts'

/**
 * What the agent says: which replies are being made, which wait in the line's queue, which is playing.
 * Replies live here from being asked for until their last sample was played or dropped; what the line
 * says about its marks and its queue is the only truth about what the callee heard.
 */
export interface Agent {
  /** In the order of their audio. */
  readonly replies: readonly Reply[]
  /** To be asked for as soon as no reply is being made. */
  readonly wanted: Request | null
  /** Ended replies, newest last: what still comes of them is dropped. */
  readonly gone: readonly string[]
  readonly askedCount: number
  /** When the newest reply was asked for, or begun by a voice that takes turns. */
  readonly lastAskedMs: number
  /** Replies in a row that failed without a sound. */
  readonly failures: number
  /** End of the last sound that was no silence prompt, and of the last sound at all. */
  readonly quietSinceMs: number
  readonly lastSoundMs: number
}

export type Purpose = 'opening' | 'answer' | 'farewell' | 'silence_prompt'

export interface Reply {
  readonly id: string
  readonly purpose: Purpose
  /** How it was asked for; null: the voice began it by itself. */
  readonly request: Request | null
  readonly making: boolean
  readonly askedMs: number
  readonly tokenMs: number | null
  readonly audioMs: number | null
  /** When its first sample was played. */
  readonly playedFromMs: number | null
  /** Length of the audio written to the line. */
  readonly writtenMs: number
  readonly pieces: readonly Piece[]
  /** It broke off in the making; `pieces` are what its audio says. */
  readonly cutShort: boolean
}

/** Words to be said exactly, or guidance for the model's own. */
export interface Request {
  readonly purpose: Purpose
  readonly say?: string
  readonly guidance?: string
}

/** The reply that carries the first sentence; it is asked for while the phone rings. */
export const openingReplyId = 'opening'

/** A cancelled reply's last events are long gone when so many others have ended. */
const rememberedIds = 32

export function silentAgent({ firstSentence }: Terms): Agent {
  const request: Request | null = firstSentence === null ? null : { purpose: 'opening', say: firstSentence }
  return {
    replies: request ? [newReply(openingReplyId, request, 0)] : [],
    wanted: null,
    gone: [],
    askedCount: 0,
    lastAskedMs: -1,
    failures: 0,
    quietSinceMs: 0,
    lastSoundMs: 0,
  }
}

export function isAudible(agent: Agent): boolean {
  return agent.replies.some(reply => reply.writtenMs > 0)
}

export function has(agent: Agent, purpose: Purpose): boolean {
  return agent.wanted?.purpose === purpose || agent.replies.some(reply => reply.purpose === purpose)
}

export function replyOf(agent: Agent, id: string): Reply | undefined {
  return agent.replies.find(reply => reply.id === id)
}

/** Of each reply in order, how much was played when `queuedMs` of the written audio has not been. */
export function playedOf(replies: readonly Reply[], queuedMs: number): readonly number[] {
  let waiting = queuedMs
  return replies
    .toReversed()
    .map(({ writtenMs }) => {
      const unplayed = Math.min(waiting, writtenMs)
      waiting -= unplayed
      return writtenMs - unplayed
    })
    .toReversed()
}

/** Asks for a reply, or notes it while another one is still being made: a voice makes one at a time. */
export function ask(state: ConversationState, request: Request, nowMs: number): Step {
  const { agent } = state
  if (agent.replies.some(reply => reply.making)) return [withAgent(state, { wanted: request }), []]
  const askedCount = agent.askedCount + 1
  const id = `${request.purpose}-${askedCount}`
  const replies = [...agent.replies, newReply(id, request, nowMs)]
  const asked = withAgent(state, { replies, askedCount, wanted: null, lastAskedMs: nowMs })
  const callee = { ...state.callee, unanswered: null, tookFloor: false }
  return [{ ...asked, callee }, [requestCommand(id, request)]]
}

/**
 * Stops everything the agent is saying or about to say. What was heard of it enters the transcript, and
 * the voice is told how far it got.
 */
export function silenceAgent(state: ConversationState, { nowMs, queuedMs }: Happening): Step {
  const { replies, gone } = state.agent
  const audible = isAudible(state.agent)
  const played = playedOf(replies, queuedMs)
  const commands: Command[] = audible ? [{ type: 'clear' }] : []
  for (const [index, reply] of replies.entries()) {
    const playedMs = played[index] ?? 0
    commands.push({ type: 'interrupt', replyId: reply.id, playedMs })
    const line = cutLine(reply, playedMs, nowMs)
    if (line) commands.push({ type: 'enter', line })
  }
  const after = withAgent(state, {
    replies: [],
    wanted: null,
    gone: remember(gone, ...replies.map(reply => reply.id)),
    ...(audible ? { quietSinceMs: nowMs, lastSoundMs: nowMs } : {}),
  })
  return [after, commands]
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

/** Says at once that the callee took the floor from a reply that was playing. */
export function interruptionReport(
  state: ConversationState,
  { nowMs, queuedMs }: Happening,
): readonly Command[] {
  const playedMs = playedOf(state.agent.replies, queuedMs).findLast(played => played > 0)
  return playedMs === undefined ? [] : [report({ type: 'interruption', at_ms: nowMs, played_ms: playedMs })]
}

export function newReply(id: string, request: Request, askedMs: number): Reply {
  return {
    id,
    purpose: request.purpose,
    request,
    making: true,
    askedMs,
    tokenMs: null,
    audioMs: null,
    playedFromMs: null,
    writtenMs: 0,
    pieces: [],
    cutShort: false,
  }
}

function requestCommand(replyId: string, { say, guidance }: Request): Command {
  if (say !== undefined) return { type: 'say', replyId, text: say }
  return { type: 'respond', replyId, guidance: guidance ?? null }
}

export function startMark(replyId: string): string {
  return `${replyId}:start`
}

export function endMark(replyId: string): string {
  return `${replyId}:end`
}

export function update(state: ConversationState, id: string, change: (reply: Reply) => Reply): Step | null {
  const reply = replyOf(state.agent, id)
  return reply ? [withAgent(state, { replies: put(state.agent.replies, change(reply)) }), []] : null
}

export function put(replies: readonly Reply[], changed: Reply): readonly Reply[] {
  return replies.map(reply => (reply.id === changed.id ? changed : reply))
}

export function without(state: ConversationState, { id }: Reply): ConversationState {
  const { replies, gone } = state.agent
  return withAgent(state, {
    replies: replies.filter(reply => reply.id !== id),
    gone: remember(gone, id),
  })
}

export function withAgent(state: ConversationState, change: Partial<Agent>): ConversationState {
  return { ...state, agent: { ...state.agent, ...change } }
}

export function remember(gone: readonly string[], ...ids: readonly string[]): readonly string[] {
  return [...gone, ...ids].slice(-rememberedIds)
}
