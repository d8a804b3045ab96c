import { createHmac } from 'node:crypto'
import { formFields, sameSignature } from '../signature.ts'
import type { Callback } from '../vendor.ts'

/**
 * X-Plivo-Signature-V3 (plivo.com/docs, "Validating signatures"): HMAC-SHA256, keyed with the auth token, over
 * the address with its query sorted, for POST the sorted form parameters, and the nonce. The header may hold
 * several signatures, while a token is being replaced.
 */
export function isFromPlivo(callback: Callback, authToken: string): boolean {
  const given = callback.header('x-plivo-signature-v3')
  const nonce = callback.header('x-plivo-signature-v3-nonce')
  if (given === null || nonce === null) return false
  const expected = createHmac('sha256', authToken)
    .update(`${signedText(callback)}.${nonce}`)
    .digest('base64')
  return given.split(',').some(signature => sameSignature(signature.trim(), expected))
}

function signedText({ method, url, body }: Callback): string {
  const [address = '', query = ''] = splitOnce(url.split('#')[0] ?? '', '?')
  const sortedQuery = sortedPairs(query, '=').join('&')
  const parameters = method === 'POST' ? sortedPairs(body, '').join('') : ''
  const head = sortedQuery === '' && parameters === '' ? address : `${address}?${sortedQuery}`
  return sortedQuery !== '' && parameters !== '' ? `${head}.${parameters}` : head + parameters
}

function sortedPairs(form: string, between: string): readonly string[] {
  const fields = formFields(form)
  const names = [...fields.keys()].toSorted()
  return names.flatMap(name => (fields.get(name) ?? []).toSorted().map(value => name + between + value))
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}
