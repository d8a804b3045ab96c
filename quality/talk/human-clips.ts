import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeMulaw } from '@parley/wire/audio/g711'
import { readWav } from '@parley/wire/audio/wav-reader'
import type { Speak } from './sound.ts'

/**
 * A person's own voice: the prompts that Allison Smith recorded for Asterisk (CC BY-SA 3.0), as Debian's package
 * `asterisk-core-sounds-en-wav` installs them. None of them is part of this project.
 */
const folder = '/usr/share/asterisk/sounds/en_US_f_Allison'

const digits = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']
/** Between the words of one breath. */
const betweenWords = new Uint8Array(60 * 8).fill(0xff)

/** Whole sentences of hers that a callee could break in with. */
export const humanSentences: Readonly<Record<string, string>> = {
  'One moment please.': 'one-moment-please',
  'Please try again.': 'please-try-again',
  'Please try your call again later.': 'please-try-call-later',
  'All circuits are busy now.': 'all-circuits-busy-now',
  'Please check the number and dial again.': 'check-number-dial-again',
  'That feature is not available on this line.': 'feature-not-avail-line',
  'Nobody is available to take your call at this time.': 'vm-nobodyavail',
  'Your message is too short.': 'vm-tooshort',
  'Something is terribly wrong.': 'something-terribly-wrong',
  'Your call cannot be completed as dialed.': 'cannot-complete-as-dialed',
}

/** Null where the recordings are not installed. Rejects for a word that she has not said. */
export async function openHuman(): Promise<Speak | null> {
  const isThere = await stat(folder).then(
    found => found.isDirectory(),
    () => false,
  )
  return isThere ? speak : null
}

async function speak(text: string): Promise<Uint8Array> {
  const sentence = humanSentences[text]
  const clips = sentence === undefined ? text.split(' ').map(clipOf) : [sentence]
  const sounds = await Promise.all(clips.map(readClip))
  return Buffer.concat(sounds.flatMap((sound, at) => (at === 0 ? [sound] : [betweenWords, sound])))
}

function clipOf(word: string): string {
  const digit = digits.indexOf(word)
  if (digit !== -1) return `digits/${digit}`
  return `letters/${word.toLowerCase()}`
}

async function readClip(name: string): Promise<Uint8Array> {
  const [samples = new Int16Array()] = readWav(await readFile(join(folder, `${name}.wav`))).channels
  return encodeMulaw(samples)
}
