import type { Clause } from '../text/clauses.ts'
import type { LocalVoice } from '../voices.ts'

/** eSpeak NG, as a program beside this process. */
export interface Espeak extends AsyncDisposable {
  /** ISO 639 codes. */
  readonly languages: readonly string[]
  speaker(
    voice: LocalVoice,
    how: { language: string; rate: number },
  ): (clause: Clause, signal: AbortSignal) => Promise<Uint8Array>
}

/** Null where the program is not installed. */
export async function openEspeak(): Promise<Espeak | null> {
  return null
}
