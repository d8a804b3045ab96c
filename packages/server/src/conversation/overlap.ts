import type { CalleeWords } from './callee-words.ts'

/** Where the callee's sound over the agent's stands. */
export type Overlap =
  | { readonly phase: 'none' }
  /** The agent is turned down, or waits to begin, while it is found out what the sound is. */
  | { readonly phase: 'judging'; readonly fromMs: number; readonly sinceMs: number; readonly ducked: boolean }
  /** The agent was stopped for a sound whose words have not come; its audio is kept. */
  | { readonly phase: 'stopped'; readonly fromMs: number }

export const noOverlap: Overlap = { phase: 'none' }

export function isDucked(overlap: Overlap): boolean {
  return overlap.phase === 'judging' && overlap.ducked
}

/** What is known of the callee's sound. */
export interface Evidence {
  readonly words: CalleeWords
  /** "Yes" would answer a question of the agent. */
  readonly asked: boolean
  /** How long it lasts, or lasted, and whether it goes on. */
  readonly soundMs: number
  readonly sounding: boolean
  /** Since it was noticed. */
  readonly waitedMs: number
}

export interface OverlapLimits {
  /** Shorter sounds never stop the agent. */
  readonly minSpeechMs: number
  /** A sound without words that goes on for so long is taken for speech. */
  readonly decideMs: number
  /** And one of which only an acknowledgement was understood. */
  readonly longestBackchannelMs: number
}

/**
 * `wait`: turned down, not decided. `restore`: it was nothing. `stop`: an interruption beyond doubt. `suspend`:
 * it sounds like one; the agent stops, and goes on from the same word should no words come.
 */
export type Verdict = 'wait' | 'restore' | 'stop' | 'suspend'

/** The second stage of an interruption, from energy, duration, words and what was said before. */
export function judgeSound(evidence: Evidence, limits: OverlapLimits): Verdict {
  const { words, asked, soundMs, sounding, waitedMs } = evidence
  const isAnswer = words === 'speech' || (words === 'acknowledgement' && asked)
  if (isAnswer && soundMs >= limits.minSpeechMs) return 'stop'
  if (sounding) return soundMs >= longest(words, limits) ? 'suspend' : 'wait'
  if (words !== 'none') return 'restore'
  return waitedMs < limits.decideMs ? 'wait' : 'restore'
}

function longest(words: CalleeWords, { decideMs, minSpeechMs, longestBackchannelMs }: OverlapLimits): number {
  return Math.max(words === 'none' ? decideMs : longestBackchannelMs, minSpeechMs)
}

/** After a stop: whether it was meant, and if not, whether the agent goes on. */
export function judgeStop(
  evidence: Omit<Evidence, 'waitedMs'> & { readonly final: boolean; readonly quietMs: number },
  { falseStopMs }: { readonly falseStopMs: number },
): 'wait' | 'resume' | 'confirm' {
  const { words, asked, sounding, final, quietMs } = evidence
  if (words === 'speech' || (words === 'acknowledgement' && asked)) return 'confirm'
  if (final && !sounding) return 'resume'
  return !sounding && quietMs >= falseStopMs ? 'resume' : 'wait'
}
