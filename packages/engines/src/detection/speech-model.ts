/** Windows of 32 ms at 8 kHz, the size the neural model was trained on. */
export const WINDOW_SAMPLES = 256

/** Tells how likely a stream's windows hold speech. */
export interface SpeechModel {
  readonly name: string
  /** A stream has a memory of its own. */
  open(): StreamModel
}

export interface StreamModel {
  /** `window` holds `WINDOW_SAMPLES` samples in −1…1, valid only during the call. Returns 0 to 1. */
  likelihood(window: Float32Array): number | Promise<number>
}
