/**
 * What machines and networks say, by language. Texts are in lower case with plain apostrophes. All languages are
 * looked at in every call: a mailbox speaks the language of its owner, not that of the caller.
 */
export interface AnswerWords {
  /** People hardly say these. */
  readonly voicemail: readonly RegExp[]
  /** A person may say these too, in a short sentence. */
  readonly voicemailHints: readonly RegExp[]
  /** Somebody's phone asks who calls and why, before it rings. */
  readonly screening: readonly RegExp[]
  /** A screener or a menu asks to wait. */
  readonly waiting: readonly RegExp[]
  /** An automatic menu. */
  readonly menu: readonly RegExp[]
  /** What a network says instead of connecting; the first that fits counts. */
  readonly announcements: readonly (readonly [AnnouncementMeaning, readonly RegExp[]])[]
}

export type AnnouncementMeaning =
  | 'invalid_number'
  | 'busy'
  | 'unreachable'
  | 'congested'
  | 'blocked'
  | 'not_answered'
