import type { Piece } from './heard-text.ts'
import type { Made } from './hold.ts'
import type { ConversationState, Step, Terms } from './state.ts'

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
  /** The opening words have not been asked for yet. */
  readonly openingDue: boolean
  /** Ended replies, newest last: what still comes of them is dropped. */
  readonly gone: readonly string[]
  readonly askedCount: number
  /** When the newest reply was asked for, or begun by a voice that takes turns. */
  readonly lastAskedMs: number
  /** The line was silenced, and what it had not played by then is kept; null: it plays. */
  readonly held: { readonly atMs: number; readonly unplayedMs: number } | null
  /** Replies in a row that failed without a sound. */
  readonly failures: number
  /** End of the last sound that was no silence prompt, and of the last sound at all. */
  readonly quietSinceMs: number
  readonly lastSoundMs: number
}

export type Purpose =
  | 'disclosure'
  | 'opening'
  | 'answer'
  | 'farewell'
  | 'silence_prompt'
  | 'message'
  | 'filler'
  | 'apology'

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
  /** Length of the audio made for the line, and the audio itself: it may have to be played again. */
  readonly writtenMs: number
  readonly made: Made | null
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

/** The replies that are asked for while the phone rings: the disclosure, or else the first sentence. */
export const disclosureReplyId = 'disclosure'
export const openingReplyId = 'opening'

/** A cancelled reply's last events are long gone when so many others have ended. */
const rememberedIds = 32

export function silentAgent({ disclosure, firstSentence }: Terms): Agent {
  return {
    replies: repliesUnderWay(disclosure, firstSentence),
    wanted: null,
    openingDue: disclosure !== null || firstSentence === null,
    gone: [],
    askedCount: 0,
    lastAskedMs: -1,
    held: null,
    failures: 0,
    quietSinceMs: 0,
    lastSoundMs: 0,
  }
}

/** What was asked for while the phone rang. */
function repliesUnderWay(disclosure: string | null, firstSentence: string | null): Reply[] {
  if (disclosure !== null) return [newReply(disclosureReplyId, { purpose: 'disclosure', say: disclosure }, 0)]
  if (firstSentence !== null) return [newReply(openingReplyId, { purpose: 'opening', say: firstSentence }, 0)]
  return []
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
    made: null,
    pieces: [],
    cutShort: false,
  }
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
