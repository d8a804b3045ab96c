import type { Random } from './random.ts'

/** What protocols are made of, and what breaks readers. */
const pieces = [
  '\r\n',
  '\r\n\r\n',
  '\r\n ',
  '"',
  '<',
  '>',
  ';',
  ',',
  '\\',
  ' ',
  ':',
  '@',
  '=',
  '/',
  '%00',
  '[',
  ']',
  '\0',
  '0',
  '-1',
  '99999999999',
  'SIP/2.0',
  'Via: ',
  'Contact: <',
  'Content-Length: 4294967296\r\n',
  'Record-Route: <',
  'm=audio ',
  'a=rtpmap:',
  'c=IN IP4 ',
  'tag=',
  '\u00e9',
  '\ud83d\ude00',
].map(text => Buffer.from(text))

/** The largest datagram; what parsers must say no to, or read, within 5 ms. */
export const largestInput = 65_536
const mostEdits = 6
/** One input of so many is blown up to full size. */
const rarity = 250

/** One to six small wounds, and now and then one long repetition. */
export function mutate(seedInput: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  let input = seedInput
  const edits = 1 + random.below(mostEdits)
  for (let i = 0; i < edits; i += 1) input = edit(input, others, random)
  return random.below(rarity) === 0 ? swell(input, random) : input.subarray(0, largestInput)
}

function edit(input: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  const at = random.below(input.length + 1)
  const rest = at + random.below(Math.min(64, input.length - at) + 1)
  switch (random.below(6)) {
    case 0:
      return flip(input, random)
    case 1:
      return join(input.subarray(0, at), input.subarray(rest))
    case 2:
      return join(input.subarray(0, rest), input.subarray(at))
    case 3:
      return join(input.subarray(0, at), random.pick(pieces), input.subarray(rest))
    case 4:
      return join(input.subarray(0, at), slice(random.pick(others), random), input.subarray(at))
    default:
      return random.below(4) === 0 ? input.subarray(0, at) : flip(input, random)
  }
}

function flip(input: Uint8Array, random: Random): Uint8Array {
  const changed = Uint8Array.from(input)
  const flips = 1 + random.below(4)
  for (let i = 0; i < flips && changed.length > 0; i += 1)
    changed[random.below(changed.length)] = random.below(256)
  return changed
}

function slice(input: Uint8Array, random: Random): Uint8Array {
  const at = random.below(input.length + 1)
  return input.subarray(at, at + random.below(200))
}

/** Repeats a piece until the input is as large as a datagram can be: the diet of readers that backtrack. */
function swell(input: Uint8Array, random: Random): Uint8Array {
  const at = random.below(input.length + 1)
  const own = slice(input, random)
  const piece = own.length > 0 && random.below(2) === 0 ? own : random.pick(pieces)
  const filling = Buffer.alloc(Math.max(0, largestInput - input.length), piece)
  return join(input.subarray(0, at), filling, input.subarray(at)).subarray(0, largestInput)
}

const join = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts)
