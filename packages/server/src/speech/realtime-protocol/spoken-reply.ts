import { WholeWords } from '../whole-words.ts'

/** Bytes of µ-law in a millisecond. */
const BYTES_PER_MS = 8

interface SpokenItem {
  readonly itemId: string
  readonly contentIndex: number
  readonly startMs: number
  lengthMs: number
}

/** A reply and the conversation items its audio came from: what truncating needs to know. */
export class SpokenReply {
  readonly replyId: string
  /** Null until the server has begun it. */
  responseId: string | null = null
  /** What it was told to say, null when it was free to choose. */
  readonly verbatim: string | null
  words = ''
  /** Of the transcript, which is told in whole words. */
  readonly whole = new WholeWords()
  begun = false
  over = false
  readonly #items: SpokenItem[] = []
  readonly #told: { text: string; atMs: number }[] = []

  constructor(replyId: string, verbatim: string | null) {
    this.replyId = replyId
    this.verbatim = verbatim
  }

  get audioMs(): number {
    const last = this.#items.at(-1)
    return last ? last.startMs + last.lengthMs : 0
  }

  addAudio(piece: { itemId: string; contentIndex: number; audio: Uint8Array }): void {
    const { itemId, contentIndex } = piece
    let item = this.#items.at(-1)
    if (!item || item.itemId !== itemId || item.contentIndex !== contentIndex) {
      item = { itemId, contentIndex, startMs: this.audioMs, lengthMs: 0 }
      this.#items.push(item)
    }
    item.lengthMs += piece.audio.length / BYTES_PER_MS
  }

  /** Words were told, from `atMs` of the reply's audio on. */
  tell(piece: { text: string; atMs: number }): void {
    this.#told.push(piece)
  }

  /** The words that had begun to sound by then; pieces are short, so the last one counts whole. */
  wordsBy(playedMs: number): string {
    const heard = this.#told.filter(({ atMs }) => atMs < playedMs)
    return heard
      .map(({ text }) => text)
      .join('')
      .trim()
  }

  /** For a model that can not truncate: how far it was heard. Null when that was all of it. */
  heardNote(playedMs: number): string | null {
    if (this.cutsAt(playedMs).length === 0) return null
    const heard = this.wordsBy(playedMs)
    return heard === ''
      ? 'The callee heard nothing of your last reply.'
      : `The callee interrupted your last reply and heard only this of it: ${JSON.stringify(heard)}`
  }

  /** The items of which not all was heard, and up to where each was. The server refuses more than it sent. */
  cutsAt(playedMs: number): { itemId: string; contentIndex: number; audioEndMs: number }[] {
    return this.#items
      .filter(item => playedMs < item.startMs + item.lengthMs)
      .map(({ itemId, contentIndex, startMs }) => ({
        itemId,
        contentIndex,
        audioEndMs: Math.max(0, playedMs - startMs),
      }))
  }
}
