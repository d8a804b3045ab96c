/** Opus in session descriptions, RFC 7587 §7: always `opus/48000/2`, whatever is really sent. */
import { usualOpusWish, type OpusWish } from '../audio/opus.ts'
import type { MediaDescription } from './session-description.ts'

const fewestBitsPerSecond = 6_000

/** What we are as a receiver: our line is 8 kHz, mono, and lossy. */
export const ourOpusParameters = 'maxplaybackrate=8000;stereo=0;useinbandfec=1'

/** `fmtp` of one payload type (RFC 7587 §6.1); what is absent or odd is as the RFC has it by default. */
export function opusWishOf(stream: MediaDescription, payloadType: number): OpusWish {
  const line = stream.attributes.find(
    ({ name, value }) => name === 'fmtp' && value.split(/\s/, 1)[0] === String(payloadType),
  )
  const parameters = new Map(
    (line?.value ?? '')
      .replace(/^\S+\s*/, '')
      .split(';')
      .map(pair => {
        const [name = '', value = ''] = pair.split('=', 2)
        return [name.trim().toLowerCase(), value.trim()]
      }),
  )
  const usual = usualOpusWish.mostBitsPerSecond
  const most = Number(parameters.get('maxaveragebitrate') ?? usual)
  return {
    inBandFec: parameters.get('useinbandfec') === '1',
    mostBitsPerSecond: most >= fewestBitsPerSecond ? Math.min(most, usual) : usual,
    constantBitRate: parameters.get('cbr') === '1',
  }
}
