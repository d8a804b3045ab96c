/**
 * STUN binding, RFC 5389 §6 and §15: asks a server on the outside how our address looks from there. All functions are
 * pure; what is no answer to the question is undefined, never an exception.
 *
 *   0        2        4            8                    20
 *   | type   | length | 2112a442   | transaction id     | attributes, each type, length, value padded to 4 bytes
 */
const cookie = 0x2112a442
const headerBytes = 20
const transactionIdBytes = 12
const bindingRequest = 0x0001
const bindingSuccess = 0x0101
const mappedAddress = 0x0001
const xorMappedAddress = 0x0020

export interface SeenAddress {
  readonly host: string
  readonly port: number
}

/** `transactionId` is 12 random bytes. */
export function writeBindingRequest(transactionId: Buffer): Buffer {
  const head = Buffer.alloc(headerBytes - transactionIdBytes)
  head.writeUInt16BE(bindingRequest, 0)
  head.writeUInt32BE(cookie, 4)
  return Buffer.concat([head, transactionId.subarray(0, transactionIdBytes)])
}

/** Told apart from SIP, which begins with a letter, by two bits of zero and the cookie. */
export const isStun = (bytes: Buffer): boolean =>
  bytes.length >= headerBytes && (bytes[0] ?? 0xff) < 0x40 && bytes.readUInt32BE(4) === cookie

/** The address in a success answer to this very request. */
export function readBindingAnswer(bytes: Buffer, transactionId: Buffer): SeenAddress | undefined {
  if (!isStun(bytes) || bytes.readUInt16BE(0) !== bindingSuccess) return undefined
  if (!bytes.subarray(8, headerBytes).equals(transactionId)) return undefined
  const end = Math.min(bytes.length, headerBytes + bytes.readUInt16BE(2))
  let plain: SeenAddress | undefined
  for (let at = headerBytes; at + 4 <= end; ) {
    const length = bytes.readUInt16BE(at + 2)
    const value = bytes.subarray(at + 4, Math.min(at + 4 + length, end))
    const type = bytes.readUInt16BE(at)
    // NATs that rewrite addresses inside packets spoil the plain one.
    if (type === xorMappedAddress) return readAddress(value, bytes.subarray(4, headerBytes))
    if (type === mappedAddress) plain = readAddress(value, Buffer.alloc(16))
    at += 4 + length + ((4 - (length % 4)) % 4)
  }
  return plain
}

/** `mask` is cookie and transaction id: what the value was combined with. */
function readAddress(value: Buffer, mask: Buffer): SeenAddress | undefined {
  const bytes = value[1] === 0x01 ? 4 : value[1] === 0x02 ? 16 : 0
  if (bytes === 0 || value.length < 4 + bytes) return undefined
  const port = value.readUInt16BE(2) ^ mask.readUInt16BE(0)
  const address = value.subarray(4, 4 + bytes).map((byte, index) => byte ^ (mask[index] ?? 0))
  return { host: bytes === 4 ? address.join('.') : asIPv6(Buffer.from(address)), port }
}

const asIPv6 = (address: Buffer): string =>
  Array.from({ length: 8 }, (_, index) => address.readUInt16BE(index * 2).toString(16)).join(':')
