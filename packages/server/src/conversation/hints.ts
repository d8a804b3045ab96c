/** What a voice is told besides the standing guidance, with the figures of the moment. */

export function wrapUp(secondsLeft: number): string {
  return `About ${secondsLeft} seconds of this call are left. Come to an end: settle what matters most, then say goodbye and end the call.`
}

export function pressedKeys(digits: string): string {
  return `The callee pressed these keys on their phone: ${digits}`
}
