/**
 * What the agent is told in certain moments, for one reply or for all that follows. In English, as the
 * instructions around it; the agent speaks the call's language.
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
  goOn: 'You were interrupted, but the callee said nothing. Go on from where you stopped, without repeating yourself.',
  backFromFarewell:
    'The callee said something more before the goodbye was over. Answer it; the call goes on.',
} as const

export function wrapUp(secondsLeft: number): string {
  return `About ${secondsLeft} seconds of this call are left. Come to an end: settle what matters most, then say goodbye and end the call.`
}

export function pressedKeys(digits: string): string {
  return `The callee pressed these keys on their phone: ${digits}`
}
