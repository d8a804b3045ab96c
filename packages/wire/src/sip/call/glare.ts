/**
 * RFC 3261 §14.1: both sides changed the session at once and both were told 491. Whoever made the call waits 2.1 to 4 s
 * and the other one up to 2 s, so that they do not meet again. `random` from 0 up to 1.
 */
export const glareWaitMs = (ownsCallId: boolean, random: number): number =>
  ownsCallId ? 2_100 + Math.floor(random * 190) * 10 : Math.floor(random * 200) * 10

/** After so many collisions it is no accident. */
export const mostGlares = 4
