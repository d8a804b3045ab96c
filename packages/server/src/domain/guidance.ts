/**
 * What the conversation may ask of a voice for one reply, in words that any language model follows.
 * The local brain, which follows no words, knows these texts by `guidanceKind`.
 */
export const guidance = {
  open: 'The callee has just answered. Greet them, say who you are and why you call, in one or two short sentences.',
  stillThere:
    'The callee has said nothing for a while. Ask in one short sentence whether they are still there.',
  notUnderstood: 'You could not make out what the callee said. Say so briefly and ask your question again.',
  farewell:
    'End the call now: thank the callee and say goodbye in one or two short sentences that fit what was said. Ask nothing.',
  silenceFarewell:
    'The callee has been silent for long. Say in one or two short sentences that you will try again another time, and say goodbye.',
  timeFarewell:
    'The time of this call is up. Apologise briefly, sum up in one sentence what was agreed, and say goodbye.',
  stopFarewell:
    'You have to end the call now. Say so politely in one or two short sentences and say goodbye.',
} as const satisfies Record<string, string>

export type GuidanceKind = keyof typeof guidance

/** Which of the known requests a text is; null for any other text. */
export function guidanceKind(text: string): GuidanceKind | null {
  const found = Object.entries(guidance).find(([, known]) => known === text)
  return found ? (found[0] as GuidanceKind) : null
}
