import { StreamProtocolError } from './vendor.ts'

/** Looking into JSON that others sent, without believing any of it. */
export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
}

/** A non-empty string, or null. */
export function textOf(value: unknown, name: string): string | null {
  const field = fieldOf(value, name)
  return typeof field === 'string' && field !== '' ? field : null
}

/** A whole number, given as such or as a string of digits; else null. */
export function countOf(value: unknown, name: string): number | null {
  const field = fieldOf(value, name)
  if (typeof field === 'number') return Number.isSafeInteger(field) ? field : null
  return typeof field === 'string' && /^\d{1,15}$/.test(field) ? Number(field) : null
}

/** A message of a media connection. Throws StreamProtocolError when it is no JSON object. */
export function parseMessage(text: string): object {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch (error) {
    throw new StreamProtocolError('a message on the media connection is no JSON', error)
  }
  if (typeof message !== 'object' || message === null)
    throw new StreamProtocolError('a message on the media connection is no object')
  return message
}

/** A string that the message must have. Throws StreamProtocolError when it has none. */
export function demandText(value: unknown, name: string): string {
  const text = textOf(value, name)
  if (text === null) throw new StreamProtocolError(`a message on the media connection lacks ${name}`)
  return text
}

/** JSON, or null when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}
