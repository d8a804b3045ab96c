/** A local engine could not do what was asked, for a reason its caller can act upon. */
export class EngineError extends Error {
  readonly reason: 'language_not_available' | 'voice_not_available' | 'engine_failed' | 'closed'

  constructor(reason: EngineError['reason'], detail: { message: string; cause?: unknown }) {
    super(detail.message, { cause: detail.cause })
    this.name = 'EngineError'
    this.reason = reason
  }
}
