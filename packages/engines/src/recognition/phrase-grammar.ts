/**
 * Reads JSGF rules and speaks sentences from them at random. The sentences train the word network of
 * the recognizer: compiling the rules themselves would make a network of hundreds of megabytes, because
 * every optional word multiplies the paths, and would refuse any order of words not written down.
 */
export type Phrase =
  | { readonly type: 'word'; readonly word: string }
  | { readonly type: 'rule'; readonly name: string }
  | { readonly type: 'sequence'; readonly parts: readonly Phrase[] }
  | { readonly type: 'choice'; readonly options: readonly Phrase[] }
  | { readonly type: 'optional'; readonly part: Phrase }

export type Rules = ReadonlyMap<string, Phrase>

/** Rules nest a few levels; a rule that reaches itself would never end. */
const MAX_DEPTH = 40

export function parseRules(text: string): Rules {
  const rules = new Map<string, Phrase>()
  for (const rule of text.split(';')) {
    const [, name, body] = /^\s*<(\w+)>\s*=([\s\S]+)$/.exec(rule) ?? []
    if (name !== undefined && body !== undefined) rules.set(name, parsePhrase(body))
    else if (rule.trim() !== '') throw new Error(`not a rule: ${rule.trim().slice(0, 40)}`)
  }
  return rules
}

export function parsePhrase(text: string): Phrase {
  const tokens = text.match(/<\w+>|[()[\]|]|[a-z']+/g) ?? []
  let at = 0

  const choice = (): Phrase => {
    const options = [sequence()]
    while (tokens[at] === '|') {
      at++
      options.push(sequence())
    }
    return options.length === 1 && options[0] ? options[0] : { type: 'choice', options }
  }

  const sequence = (): Phrase => {
    const parts: Phrase[] = []
    for (let token = tokens[at]; token !== undefined && !'|)]'.includes(token); token = tokens[at]) {
      at++
      parts.push(item(token))
    }
    return { type: 'sequence', parts }
  }

  const item = (token: string): Phrase => {
    if (token.startsWith('<')) return { type: 'rule', name: token.slice(1, -1) }
    if (token !== '(' && token !== '[') return { type: 'word', word: token }
    const part = choice()
    if (tokens[at++] !== (token === '(' ? ')' : ']')) throw new Error(`unbalanced ${token} in a rule`)
    return token === '(' ? part : { type: 'optional', part }
  }

  const phrase = choice()
  if (at !== tokens.length) throw new Error(`unexpected ${tokens[at]} in a rule`)
  return phrase
}

/** One sentence of a rule. `random` returns 0 to 1. */
export function speakRule(rules: Rules, name: string, random: () => number): string[] {
  const words: string[] = []
  const speak = (phrase: Phrase, depth: number): void => {
    if (depth > MAX_DEPTH) throw new Error(`the rule ${name} reaches itself`)
    switch (phrase.type) {
      case 'word':
        words.push(phrase.word)
        return
      case 'rule': {
        const rule = rules.get(phrase.name)
        if (!rule) throw new Error(`there is no rule ${phrase.name}`)
        return speak(rule, depth + 1)
      }
      case 'sequence':
        for (const part of phrase.parts) speak(part, depth + 1)
        return
      case 'choice': {
        const option = phrase.options[Math.floor(random() * phrase.options.length)]
        return option && speak(option, depth + 1)
      }
      case 'optional':
        if (random() < OPTIONAL_SHARE) speak(phrase.part, depth + 1)
    }
  }
  speak({ type: 'rule', name }, 0)
  return words
}

const OPTIONAL_SHARE = 0.4
