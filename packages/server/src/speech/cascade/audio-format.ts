/** What the service says its answer is, or what the answer begins with, against what was asked for: raw samples. */

/** What is wrong with a content type; null: nothing that it tells. */
export function answeredFormat(contentType: string | null, sampleRateHz: number): string | null {
  if (contentType === null) return null
  const [type = '', ...parameters] = contentType.toLowerCase().split(';')
  if (/^(?:text\/|application\/(?:json|xml))/u.test(type.trim())) return 'is no audio'
  if (/mpeg|mp3|ogg|opus|webm|flac|aac/u.test(type)) return `is ${type.trim()}`
  const rate = parameters
    .map(parameter => /^\s*rate=(?<hz>\d+)\s*$/u.exec(parameter)?.groups?.['hz'])
    .find(Boolean)
  return rate === undefined || Number(rate) === sampleRateHz ? null : `has ${rate} samples in a second`
}

const CONTAINERS = ['RIFF', 'OggS', 'ID3', 'fLaC']

/** What a first piece of audio begins as, where that is no raw sound. */
export function beginningOf(bytes: Uint8Array): string | null {
  const start = String.fromCharCode(...bytes.subarray(0, 4))
  return CONTAINERS.find(mark => start.startsWith(mark)) ?? null
}
