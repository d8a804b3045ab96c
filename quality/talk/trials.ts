/**
 * What people are played saying to an agent that speaks, or that waits for them to finish. Each list is said by
 * several voices and at several moments, so that fifty trials are fifty different sounds.
 */
/** People hum faster than a synthesizer reads out a word that stands alone: so, half of them take under 400 ms. */
export const backchannelRate = 1.25

export const backchannels = [
  'Uh huh.',
  'Yeah.',
  'Mm hmm.',
  'Okay.',
  'Right.',
  'Sure.',
  'I see.',
  'Oh okay.',
  'Mm.',
  'Alright.',
] as const

export const interruptions = [
  'Wait a moment please.',
  'Sorry, who is this?',
  'No, I can not make it.',
  'Can you repeat that please?',
  'Stop calling me.',
  'I have to go now.',
  'Hold on a second.',
  'What is this about?',
  'Is this a robot?',
  'You have the wrong number.',
] as const

/** Words and, between them, the pauses of somebody who reads out: milliseconds. */
export type Spelling = readonly (string | number)[]

export const identifiers: readonly Spelling[] = [
  ['four one five', 700, 'five five five', 700, 'one two three four'],
  ['It is eight zero zero', 600, 'five five five', 800, 'zero one nine nine'],
  ['My number is six two eight', 800, 'three three', 500, 'nine one'],
  ['five five', 600, 'oh seven', 600, 'one one', 600, 'two four'],
  ['S M I', 700, 'T H'],
  ['It is spelled J O', 800, 'H N', 600, 'S O N'],
  ['N as in November', 600, 'O as in Oscar', 700, 'X as in x-ray'],
  ['My email is john at', 700, 'example', 600, 'dot com'],
  ['My email is mary', 800, 'dot jones', 600, 'at gmail', 700, 'dot com'],
  ['A B one two', 900, 'C D three four', 900, 'E F five six'],
]

/** Said by a person, in words of which there are recordings. */
export const humanIdentifiers: readonly Spelling[] = [
  ['four one five', 700, 'five five five', 700, 'one two three four'],
  ['eight zero zero', 600, 'five five five', 800, 'zero one nine nine'],
  ['six two eight', 800, 'three three', 500, 'nine one'],
  ['five five', 600, 'zero seven', 600, 'one one', 600, 'two four'],
  ['S M I', 700, 'T H'],
  ['J O', 800, 'H N', 600, 'S O N'],
  ['nine zero', 700, 'two one zero'],
  ['J O H N', 600, 'at X Y Z', 700, 'dot C O M'],
  ['A B one two', 900, 'C D three four', 900, 'E F five six'],
  ['one two three', 900, 'four five six', 900, 'seven eight nine'],
]

/** Each of them is said by all of these. */
export const voices = ['echo', 'marin', 'ash', 'shimmer', 'sage'] as const
