/** What a voice is told besides the standing guidance, with the figures of the moment. */

export function wrapUp(secondsLeft: number): string {
  return `About ${secondsLeft} seconds of this call are left. Come to an end: settle what matters most, then say goodbye and end the call.`
}

export function pressedKeys(digits: string): string {
  return `The callee pressed these keys on their phone: ${digits}`
}

/** For the agent alone, from whoever it works for. */
export function whispered(text: string): string {
  return `Guidance from the people you work for, which the callee does not hear. Follow it from your next words on, in words of your own. Never read it out, quote it or mention it: ${text}`
}

/** Somebody else pressed keys on the agent's line. */
export const keysWerePressed =
  'The people you work for have pressed keys on this line. Wait for what the other side says to that.'

/** For an agent that an automatic menu has answered. */
export const automaticMenu =
  'An automatic phone menu has answered, not a person. Listen to all its choices first. Press the key that fits the purpose of this call with send_dtmf, or say the shortest answer where it asks you to speak. Say nothing that it does not ask for. Do not greet it. When it asks you to hold, wait. When a person answers, begin anew: greet them and say who you are and why you call.'
