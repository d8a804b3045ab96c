import { expect } from 'vitest'
import type { Voice, VoiceEvent, VoiceSession } from '../../src/speech/port.ts'

/** A session to open voices with; tests change what matters to them. */
export const session: VoiceSession = {
  mode: 'realtime',
  model: 'gpt-realtime',
  voice: 'marin',
  prompt: 'You confirm appointments.',
  purpose: 'Be kind.',
  language: 'en-US',
  temperature: null,
  tools: [
    { name: 'end_call', description: 'Ends the call.', parameters: { type: 'object', properties: {} } },
  ],
  facts: {},
}

/** A voice, all that it told, and ways to wait for what it will tell. */
export class VoiceProbe {
  readonly voice: Voice
  readonly events: VoiceEvent[] = []
  #atMs = 0

  constructor(voice: Voice) {
    this.voice = voice
    voice.listen(event => this.events.push(event))
  }

  of<Type extends VoiceEvent['type']>(type: Type): Extract<VoiceEvent, { type: Type }>[] {
    return this.events.filter(event => event.type === type) as Extract<VoiceEvent, { type: Type }>[]
  }

  async until(type: VoiceEvent['type'], count = 1, timeoutMs = 5000): Promise<void> {
    await expect.poll(() => this.of(type).length, { timeout: timeoutMs }).toBeGreaterThanOrEqual(count)
  }

  /** Feeds audio faster than real time, in frames of 20 ms. */
  async hear(audio: Uint8Array): Promise<void> {
    for (let at = 0; at + 160 <= audio.length; at += 160) {
      this.voice.hear(audio.subarray(at, at + 160), this.#atMs)
      this.#atMs += 20
      if (at % 3200 === 0) await new Promise(resolve => setImmediate(resolve))
    }
  }

  text(replyId: string): string {
    const pieces = this.of('reply_text').filter(event => event.replyId === replyId)
    return pieces.map(piece => piece.text).join('')
  }

  audioMs(replyId: string): number {
    const pieces = this.of('reply_audio').filter(event => event.replyId === replyId)
    return pieces.reduce((total, { audio }) => total + audio.length / 8, 0)
  }
}

export function silence(ms: number): Uint8Array {
  return new Uint8Array(ms * 8).fill(0xff)
}
