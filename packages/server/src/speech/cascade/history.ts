import type { BrainMessage } from './port.ts'
import { playedWords, type SpokenPiece } from './played-words.ts'

interface SpokenReply {
  readonly role: 'reply'
  readonly replyId: string
  readonly pieces: SpokenPiece[]
  audioMs: number
  /** Where the callee stopped hearing it; null while nothing cut it short. */
  cutAtMs: number | null
}

/** What the brain is told of the conversation: the agent's side is what was heard, not what was written. */
export class History {
  readonly #entries: (BrainMessage | SpokenReply)[] = []

  add(message: BrainMessage): void {
    this.#entries.push(message)
  }

  addPiece(replyId: string, piece: SpokenPiece): void {
    const pieces = this.#reply(replyId, true)?.pieces
    pieces?.push({ ...piece, text: spaced(pieces.at(-1)?.text ?? '', piece.text) })
  }

  /** The reply's audio now reaches so far. */
  reach(replyId: string, audioMs: number): void {
    const reply = this.#reply(replyId, false)
    if (reply) reply.audioMs = audioMs
  }

  cut(replyId: string, playedMs: number): void {
    const reply = this.#reply(replyId, false)
    if (reply) reply.cutAtMs = playedMs
  }

  toolName(toolCallId: string): string | null {
    for (const entry of this.#entries) {
      if (entry.role === 'tool_call' && entry.toolCallId === toolCallId) return entry.name
    }
    return null
  }

  messages(): BrainMessage[] {
    return this.#entries.flatMap(entry => (entry.role === 'reply' ? assistantMessage(entry) : [entry]))
  }

  #reply(replyId: string, create: boolean): SpokenReply | null {
    for (let i = this.#entries.length - 1; i >= 0; i--) {
      const entry = this.#entries[i]
      if (entry?.role === 'reply' && entry.replyId === replyId) return entry
    }
    if (!create) return null
    const reply: SpokenReply = { role: 'reply', replyId, pieces: [], audioMs: 0, cutAtMs: null }
    this.#entries.push(reply)
    return reply
  }
}

/** Some synthesizers tell their clauses without the space between them. */
function spaced(before: string, text: string): string {
  return /[.,;:!?…]$/u.test(before) && /^\p{L}/u.test(text) ? ` ${text}` : text
}

function assistantMessage(reply: SpokenReply): BrainMessage[] {
  const text =
    reply.cutAtMs === null
      ? reply.pieces
          .map(piece => piece.text)
          .join('')
          .trim()
      : playedWords(reply.pieces, reply.audioMs, reply.cutAtMs).trim()
  return text === '' ? [] : [{ role: 'assistant', text }]
}
