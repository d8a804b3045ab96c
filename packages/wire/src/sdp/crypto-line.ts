/** SRTP keys in session descriptions: `a=crypto:tag suite inline:key|lifetime|MKI:length parameters`, RFC 4568 §9. */
import { randomBytes } from 'node:crypto'
import { MASTER_BYTES, type SrtpKey, type SrtpSuite } from '../rtp/srtp-key.ts'
import type { MediaDescription } from './session-description.ts'

export interface CryptoLine {
  readonly tag: number
  readonly key: SrtpKey
}

/** In our order of preference. */
const suites: readonly SrtpSuite[] = ['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32']

/** Fresh keys for an offer, one for each suite. */
export const newSrtpKeys = (): SrtpKey[] => suites.map(newSrtpKey)

export const newSrtpKey = (suite: SrtpSuite): SrtpKey => ({ suite, master: randomBytes(MASTER_BYTES) })

export const writeCrypto = ({ tag, key }: CryptoLine): string =>
  `a=crypto:${tag} ${key.suite} inline:${Buffer.from(key.master).toString('base64')}`

/** The stream's keys that we can use, in its order. Suites and parameters that we do not speak are passed over (§6.3.1). */
export const cryptoLinesOf = (stream: MediaDescription): CryptoLine[] =>
  stream.attributes.flatMap(({ name, value }) => {
    const line = name === 'crypto' ? readCrypto(value) : undefined
    return line ? [line] : []
  })

function readCrypto(value: string): CryptoLine | undefined {
  const match = /^(\d{1,9})\s+(\S+)\s+inline:([A-Za-z0-9+/=]+)((?:\|[^|\s]*)*)((?:\s+\S+)*)$/i.exec(value)
  const suite = suites.find(one => one === match?.[2]?.toUpperCase())
  if (!match || !suite) return undefined
  const [, tag, , inline = '', key = '', parameters = ''] = match
  const master = Buffer.from(inline, 'base64')
  // A master key identifier would stand in every packet; several keys, or a part left unprotected, are nothing we do.
  const isUsual = !key.includes(':') && /^(\s+WSH=\d+)*$/i.test(parameters)
  return isUsual && master.length === MASTER_BYTES ? { tag: Number(tag), key: { suite, master } } : undefined
}
