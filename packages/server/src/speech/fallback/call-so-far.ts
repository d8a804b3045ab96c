import { History } from '../cascade/history.ts'
import type { TalkMessage, VoiceEvent } from '../port.ts'

const BYTES_PER_MS = 8

/** What was said in a call, for a voice that comes to it later: the agent's side as it was heard. */
export class CallSoFar {
  readonly #history = new History()
  /** The reply that is being made. */
  #reply = { id: '', bytes: 0 }

  add(message: TalkMessage): void {
    this.#history.add(message)
  }

  note(event: VoiceEvent): void {
    switch (event.type) {
      case 'heard':
        if (event.final && event.text !== '') this.#history.add({ role: 'user', text: event.text })
        return
      case 'reply_text':
        return this.#history.addPiece(event.replyId, { offsetMs: event.offsetMs, text: event.text })
      case 'reply_audio': {
        const { id, bytes } = this.#reply
        this.#reply = { id: event.replyId, bytes: event.audio.length + (id === event.replyId ? bytes : 0) }
        return this.#history.reach(event.replyId, this.#reply.bytes / BYTES_PER_MS)
      }
      case 'tool_call': {
        const { toolCallId, name, arguments: json } = event
        return this.#history.add({ role: 'tool_call', toolCallId, name, arguments: json })
      }
      default:
        return
    }
  }

  answered(toolCallId: string, result: unknown): void {
    const name = this.#history.toolName(toolCallId)
    if (name === null) return
    this.#history.add({ role: 'tool_result', toolCallId, name, result: JSON.stringify(result ?? null) })
  }

  cut(replyId: string, playedMs: number): void {
    this.#history.cut(replyId, playedMs)
  }

  messages(): TalkMessage[] {
    return this.#history.messages()
  }
}
