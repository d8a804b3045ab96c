import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The folder of the decoder's 8 kHz American English model, inside the npm package. */
export function englishModelFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve('soundswallower')), 'model/en-us')
}

/** The sounds of the model (ARPAbet). */
export const SOUNDS =
  'AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH'.split(
    ' ',
  )

/** Hummed with the mouth shut, which the model hears with a vowel before it; the dictionary has them without. */
const HUMS: Readonly<Record<string, readonly string[]>> = {
  mm: ['AH M', 'M'],
  hmm: ['HH AH M', 'HH M'],
}

/** How words are spoken: by the CMU dictionary that comes with the model, or by their letters. */
export class Pronunciations {
  private readonly text = readFileSync(join(englishModelFolder(), 'dict.txt'), 'latin1')

  private readonly known = new Map<string, readonly string[]>()

  /** One or more ways to say it; the first is the usual one. None for what is no word at all. */
  of(word: string): readonly string[] {
    const known = this.known.get(word)
    if (known) return known
    const listed = HUMS[word] ?? this.listed(word)
    const guess = listed.length > 0 ? '' : soundOut(word)
    const ways = guess === '' ? listed : [guess]
    this.known.set(word, ways)
    return ways
  }

  /** The entry `word SOUNDS`, and the entries `word(2) SOUNDS` that follow it directly. */
  private listed(word: string): string[] {
    const ways: string[] = []
    let at = this.text.indexOf(`\n${word} `) + 1
    for (
      let entry = `${word} `;
      at > 0 && this.text.startsWith(entry, at);
      entry = `${word}(${ways.length + 1}) `
    ) {
      const end = this.text.indexOf('\n', at)
      ways.push(this.text.slice(at + entry.length, end).trim())
      at = end + 1
    }
    return ways
  }
}

/** Longest spelling first. Good enough for names that no dictionary has; never as good as an entry. */
const SPELLINGS: readonly (readonly [string, string])[] = [
  ['tion', 'SH AH N'],
  ['sion', 'ZH AH N'],
  ['ough', 'AO'],
  ['augh', 'AO'],
  ['eigh', 'EY'],
  ['igh', 'AY'],
  ['tch', 'CH'],
  ['sch', 'SH'],
  ['ch', 'CH'],
  ['sh', 'SH'],
  ['th', 'TH'],
  ['ph', 'F'],
  ['wh', 'W'],
  ['ck', 'K'],
  ['ng', 'NG'],
  ['qu', 'K W'],
  ['kn', 'N'],
  ['wr', 'R'],
  ['ee', 'IY'],
  ['ea', 'IY'],
  ['ie', 'IY'],
  ['ei', 'EY'],
  ['ai', 'EY'],
  ['ay', 'EY'],
  ['ey', 'IY'],
  ['oa', 'OW'],
  ['oo', 'UW'],
  ['ou', 'AW'],
  ['ow', 'OW'],
  ['oi', 'OY'],
  ['oy', 'OY'],
  ['au', 'AO'],
  ['aw', 'AO'],
  ['ew', 'UW'],
  ['er', 'ER'],
  ['ir', 'ER'],
  ['ur', 'ER'],
  ['ar', 'AA R'],
  ['or', 'AO R'],
  ['ce', 'S EH'],
  ['ci', 'S IH'],
  ['ge', 'JH EH'],
  ['a', 'AE'],
  ['b', 'B'],
  ['c', 'K'],
  ['d', 'D'],
  ['e', 'EH'],
  ['f', 'F'],
  ['g', 'G'],
  ['h', 'HH'],
  ['i', 'IH'],
  ['j', 'JH'],
  ['k', 'K'],
  ['l', 'L'],
  ['m', 'M'],
  ['n', 'N'],
  ['o', 'OW'],
  ['p', 'P'],
  ['q', 'K'],
  ['r', 'R'],
  ['s', 'S'],
  ['t', 'T'],
  ['u', 'AH'],
  ['v', 'V'],
  ['w', 'W'],
  ['x', 'K S'],
  ['y', 'IY'],
  ['z', 'Z'],
]

function soundOut(word: string): string {
  const letters = word
    .toLowerCase()
    .replace(/[^a-z]/g, '')
    .replace(/([a-z])\1/g, '$1')
    .replace(/(?<=..)e$/, '')
  const sounds: string[] = []
  for (let at = 0; at < letters.length; ) {
    const [spelling, sound] = SPELLINGS.find(([spelled]) => letters.startsWith(spelled, at)) ?? [' ', '']
    if (sound !== '') sounds.push(sound)
    at += spelling.length
  }
  return sounds.join(' ')
}
