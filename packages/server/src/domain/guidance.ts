/**
 * What the conversation asks of a voice in certain moments, in words that any language model follows. The
 * agent speaks the call's language. The local brain, which follows no words, knows these texts by their kind.
 */
export const guidance = {
  opening:
    'The callee has just picked up. Greet them, say who you are and why you call, in one or two short sentences.',
  farewell: 'The call is ending now. Say one short, warm goodbye that fits what was said. Ask nothing more.',
  timeIsUp:
    'The time for this call is up. Say in one short sentence that you have to go, and say goodbye. Ask nothing more.',
  stopped:
    'This call has to end now. Say politely that you have to go, and say goodbye, in one short sentence. Ask nothing more.',
  nobodyThere: 'The callee does not answer any more. Say goodbye in one short sentence and ask nothing.',
  stillThere: 'The callee has been silent for a while. Ask briefly whether they are still there.',
  notUnderstood: 'What the callee said was not understood. Say so briefly and ask them to repeat it.',
  cannotHear:
    'You can not hear the callee any more. Say in one short sentence that you can not hear them and will end the call, and say goodbye. Ask nothing.',
  truth:
    'The callee asks whether they are talking to a machine. Say that you are an AI assistant, plainly and first, then go on.',
  goOn: 'You were interrupted, but the callee said nothing. Go on from where you stopped, without repeating yourself.',
  connecting:
    'You are about to connect the callee to somebody else. Tell them so in one short sentence and ask nothing.',
  transferFailed:
    'The callee could not be connected and is back with you. Apologise in one short sentence, and offer what you can do yourself.',
  screening:
    'A call screener, not a person, asks who is calling and why. Say your name, for whom you call and the reason, in one or two short sentences, and then wait. Ask nothing.',
  toolFailed:
    'What you wanted to do does not work right now. Say so in one short sentence, apologise, and go on without it.',
  optedOut:
    'The callee is on the do-not-call list now. Confirm in one short sentence that they will not be called again, and say goodbye. Ask nothing more.',
  optOutFailed:
    'The wish not to be called again could not be recorded. Apologise and say that it could not be recorded; never claim that it was. They can ask again in a moment.',
  backFromFarewell:
    'The callee said something more before the goodbye was over. Answer it; the call goes on.',
} as const satisfies Record<string, string>

export type GuidanceKind = keyof typeof guidance

/** Which of the known requests a text is; null for any other text. */
export function guidanceKind(text: string): GuidanceKind | null {
  const found = Object.entries(guidance).find(([, known]) => known === text)
  return found ? (found[0] as GuidanceKind) : null
}
