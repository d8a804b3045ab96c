import type { Brain } from './cascade/port.ts'
import { brainsFor } from './fallback/choices.ts'
import type { VoiceParts } from './voices.ts'

/** Who thinks where nothing is spoken or heard. */
export interface TextBrains {
  /**
   * The agent's own model, else the usual one of the first provider, as in a realtime call that has lost its voice. Null
   * where no brain is fluent in the language (BCP 47).
   */
  agent(wanted: { model: string; language: string }): TextBrain | null
  /** A language model that can play a part; null where there are only patterns. */
  player(language: string): TextBrain | null
}

export interface TextBrain {
  readonly model: string
  readonly brain: Brain
}

const patterns = 'local'

export function textBrains({ brains, reserve }: Pick<VoiceParts, 'brains' | 'reserve'>): TextBrains {
  const first = (parts: Parameters<typeof brainsFor>[0], wanted: { model: string; language: string }) => {
    const [choice] = brainsFor(parts, wanted)
    return choice ? { model: choice.model, brain: choice.adapter } : null
  }
  const models = brains.filter(({ provider }) => provider !== patterns)
  return {
    agent: wanted => first(reserve ? { brains, reserve } : { brains }, wanted),
    player: language => first({ brains: models }, { model: '', language }),
  }
}
