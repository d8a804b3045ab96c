import type { Rule } from './persona.ts'

/** What has just come about: the agent's turn of this number is over, or nobody speaks, or a key was pressed. */
export type Situation =
  | { type: 'turn'; nth: number; text: string }
  | { type: 'silence'; nth: number; lastedMs: number }
  | { type: 'key'; nth: number; key: string }

/** How long nobody has spoken before a `silence` rule without `after_ms` applies. */
export const defaultSilenceMs = 4_000

/** The first rule that fits and is not used up; null: nothing to do. `used` counts per rule. */
export function chooseRule(
  rules: readonly Rule[],
  situation: Situation,
  used: readonly number[],
): number | null {
  const index = rules.findIndex((rule, at) => (used[at] ?? 0) < rule.times && applies(rule, situation))
  return index === -1 ? null : index
}

function applies({ when }: Rule, situation: Situation): boolean {
  if (when.nth !== undefined && when.nth !== situation.nth) return false
  switch (situation.type) {
    case 'silence':
      return when.hears === 'silence' && situation.lastedMs >= (when.after_ms ?? defaultSilenceMs)
    case 'key':
      return when.hears === 'key' && (when.key ?? situation.key) === situation.key
    case 'turn':
      return fitsTurn(when, situation)
  }
}

function fitsTurn(when: Rule['when'], situation: Extract<Situation, { type: 'turn' }>): boolean {
  if (when.hears === 'silence' || when.hears === 'key') return false
  if (when.hears === 'anything') return true
  if (when.hears === 'greeting') return situation.nth === 1
  const words = plainWords(situation.text)
  return when.hears.some(phrase => words.includes(plainWords(phrase)))
}

/** Lower case, no punctuation, a space at each end, so that a phrase is found only at borders of words. */
export function plainWords(text: string): string {
  const words =
    text
      .toLowerCase()
      .replace(/[’‘]/g, "'")
      .match(/[\p{L}\p{N}']+/gu) ?? []
  return ` ${words.join(' ')} `
}
