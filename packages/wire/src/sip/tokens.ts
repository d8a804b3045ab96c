import { randomBytes, randomUUID } from 'node:crypto'

/** RFC 3261 §8.1.1.7: branches that begin like this are unique across space and time. */
export const magicCookie = 'z9hG4bK'

export const newBranch = (): string => magicCookie + randomBytes(12).toString('hex')

/** RFC 3261 §19.3 asks for 32 random bits at least; 64 keep strangers from guessing a dialog. */
export const newTag = (): string => randomBytes(8).toString('hex')

export const newCallId = (): string => randomUUID()
