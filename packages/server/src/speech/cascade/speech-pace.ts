/**
 * Audio of another sample rate than was asked for plays too fast or too slow, by a factor of two or more. Where
 * nothing in the answer tells its rate, its length against its words does.
 */

/** Letters a second. People speak ten to twenty. */
const FASTEST = 36
const SLOWEST = 4
/** Less text says nothing: a short word may be drawn out. */
const FEWEST_LETTERS = 24
const LONGEST_PAUSES_MS = 1_500

/** What is wrong with the pace; null where it may be a person's. `complete`: no more audio comes for this text. */
export function impossiblePace(speech: { text: string; spokenMs: number; complete: boolean }): string | null {
  const { text, spokenMs, complete } = speech
  const letters = text.replaceAll(/\s/gu, '').length
  if (letters < FEWEST_LETTERS || !isSpelledOut(text)) return null
  const tooSlow = spokenMs - LONGEST_PAUSES_MS > (letters / SLOWEST) * 1000
  const tooFast = complete && spokenMs > 0 && spokenMs < (letters / FASTEST) * 1000
  if (!tooSlow && !tooFast) return null
  return `speaks ${Math.round((letters * 1000) / spokenMs)} letters a second, which is another sample rate`
}

/** Digits and signs take far longer to say than to write, and some scripts write a word in a letter. */
function isSpelledOut(text: string): boolean {
  return !/[\p{N}\p{Sc}@/+%#&=]|[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u.test(text)
}
