import { heardText, type Piece, wholeText } from './heard-text.ts'

/** So many words after a question still leave it open. */
const wordsAfterQuestion = 4

/**
 * Whether a "yes" now would answer a question of the agent: it was asked just before, or more than half of it
 * has been heard. `playedMs`: of the reply's audio, `writtenMs` of which were made.
 */
export function hasAsked(
  pieces: readonly Piece[],
  { playedMs, writtenMs }: { playedMs: number; writtenMs: number },
): boolean {
  const heard = heardText(pieces, { playedMs, audioMs: writtenMs, complete: true })
  const rest = wholeText(pieces).slice(heard.length)
  const begun = heard.split(/(?<=[.!?…])\s+/u)
  const current = begun.at(-1) ?? ''
  if (/[?？]\s*$/u.test(current)) return true
  const before = begun.at(-2) ?? ''
  if (/[?？]$/u.test(before) && countWords(current) <= wordsAfterQuestion) return true
  const coming = /^[^.!?…]*[.!?…]?/u.exec(rest)?.[0] ?? ''
  const isBegun = !/[.!…]$/u.test(current)
  return isBegun && coming.endsWith('?') && countWords(current) >= countWords(coming)
}

function countWords(text: string): number {
  return text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0
}
