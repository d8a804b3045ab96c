import { expect, test } from 'vitest'
import { parseRules, speakRule } from './phrase-grammar.ts'
import { talkNetwork, wordsOf } from './talk-model.ts'
import { buildNetwork, type WordNetwork } from './word-network.ts'

/** Likelihood of the best path of words through the network, with any jumps between. */
function likelihood(network: WordNetwork, words: readonly string[]): number {
  let at = new Map([[network.start, 1]])
  const jump = (states: Map<number, number>) => {
    const next = new Map(states)
    for (const { from, to, probability } of network.jumps) {
      next.set(to, Math.max(next.get(to) ?? 0, (states.get(from) ?? 0) * probability))
    }
    return next
  }
  for (const word of words) {
    const next = new Map<number, number>()
    const reached = jump(at)
    for (const arc of network.arcs) {
      if (arc.word !== word) continue
      next.set(arc.to, Math.max(next.get(arc.to) ?? 0, (reached.get(arc.from) ?? 0) * arc.probability))
    }
    at = next
  }
  return jump(at).get(network.end) ?? 0
}

const sentence = (text: string, weight = 1) => ({ words: text.split(' '), weight })

test('what was heard in training is likelier than the same words in another order, which stays possible', () => {
  const network = buildNetwork([sentence('yes that works', 10), sentence('no thank you', 10)])
  expect(likelihood(network, ['yes', 'that', 'works'])).toBeGreaterThan(0.1)
  expect(likelihood(network, ['works', 'that', 'yes'])).toBeGreaterThan(0)
  expect(likelihood(network, ['works', 'that', 'yes'])).toBeLessThan(0.01)
  expect(likelihood(network, ['maybe'])).toBe(0)
})

test('a sentence may end after any word', () => {
  const network = buildNetwork([sentence('yes that works', 10)])
  expect(likelihood(network, ['yes'])).toBeGreaterThan(0)
})

test('expected phrases become likely', () => {
  const words = wordsOf('Is the gate code 42?')
  expect(words).toEqual(['is', 'the', 'gate', 'code', 'four', 'two'])
  expect(likelihood(talkNetwork([]), words)).toBe(0)
  expect(likelihood(talkNetwork(['Is the gate code 42?']), words)).toBeGreaterThan(1e-4)
})

test('rules are read and spoken', () => {
  const rules = parseRules('<greeting> = (hello | hi) [there] <name>; <name> = ann;')
  const seen = new Set(Array.from({ length: 200 }, () => speakRule(rules, 'greeting', Math.random).join(' ')))
  expect([...seen].toSorted()).toEqual(['hello ann', 'hello there ann', 'hi ann', 'hi there ann'])
})

test('broken rules are refused', () => {
  expect(() => parseRules('<a> = (yes | no;')).toThrow('unbalanced')
  expect(() => speakRule(parseRules('<a> = <b>;'), 'a', () => 0)).toThrow('no rule b')
  expect(() => speakRule(parseRules('<a> = yes <a>;'), 'a', () => 0)).toThrow('reaches itself')
})
