import { randomBytes } from 'node:crypto'

/**
 * A new identifier, of the kind the caller asks for: UUIDv7 (RFC 9562, 5.7), so that rows sort by the
 * time they were made. `nowMs` is milliseconds since 1970.
 */
export function newId<Id extends string = string>(nowMs: number = Date.now()): Id {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(nowMs, 0, 6)
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6) // version 7
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8) // variant of RFC 9562
  const hex = bytes.toString('hex')
  const groups = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)]
  return groups.join('-') as Id
}
