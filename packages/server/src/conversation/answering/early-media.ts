import { announcementIn, talkerOf } from './judge-words.ts'
import { type HeardTone, rememberTone, signalOf } from './line-signals.ts'
import type { Unconnected } from './machine.ts'
import { unconnectedBy } from './unconnected.ts'

/** What was heard of a network before anybody answered. */
export interface EarlyMedia {
  readonly tones: readonly HeardTone[]
  readonly said: string
}

export const nothingEarly: EarlyMedia = { tones: [], said: '' }

export type EarlyEvent =
  | { readonly type: 'tone'; readonly tone: HeardTone }
  | { readonly type: 'words'; readonly text: string; readonly durationMs: number }

/** `mailbox`: one speaks, and perhaps picks up after it. */
export type EarlyVerdict = Unconnected | 'mailbox'

export interface EarlyTerms {
  /** The callee's network has a fast busy tone. */
  readonly fastBusy: boolean
  /** A mailbox is worth waiting for: what only says that nobody is there may be its greeting. */
  readonly awaitsMailbox: boolean
}

/** No announcement has more letters. */
const mostWords = 600

/** Null: ringing, or not known. The tone before an announcement is not waited out: its words may say more. */
export function judgeEarly(
  early: EarlyMedia,
  event: EarlyEvent,
  terms: EarlyTerms,
): readonly [EarlyMedia, EarlyVerdict | null] {
  if (event.type === 'tone') {
    const tones = rememberTone(early.tones, event.tone)
    return [{ ...early, tones }, unconnectedBy(signalOf(tones, terms))]
  }
  const said = `${early.said} ${event.text}`.trim().slice(-mostWords)
  return [{ ...early, said }, wordsSay(event, said, terms)]
}

function wordsSay(
  { text, durationMs }: Extract<EarlyEvent, { type: 'words' }>,
  said: string,
  { awaitsMailbox }: EarlyTerms,
): EarlyVerdict | null {
  if (talkerOf(text, durationMs) === 'voicemail' || talkerOf(said, durationMs) === 'voicemail')
    return 'mailbox'
  const meaning = announcementIn(text) ?? announcementIn(said)
  return meaning !== null && awaitsMailbox && mayPrecedeMailbox.has(meaning) ? null : meaning
}

const mayPrecedeMailbox: ReadonlySet<Unconnected> = new Set(['busy', 'unreachable', 'not_answered'])
