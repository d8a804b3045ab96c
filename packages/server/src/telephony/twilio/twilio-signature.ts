import { createHmac } from 'node:crypto'
import { formFields, sameSignature } from '../signature.ts'
import type { Callback } from '../vendor.ts'

/**
 * X-Twilio-Signature (twilio.com/docs/usage/security): HMAC-SHA1, keyed with the auth token, over the address
 * as it was given to Twilio, followed by each form parameter's name and value in the order of the names.
 */
export function isFromTwilio(callback: Callback, authToken: string): boolean {
  const given = callback.header('x-twilio-signature')
  if (given === null) return false
  const parameters = signedParameters(callback)
  return addressForms(callback.url).some(url =>
    sameSignature(
      given,
      createHmac('sha1', authToken)
        .update(url + parameters)
        .digest('base64'),
    ),
  )
}

function signedParameters({ method, body }: Callback): string {
  if (method !== 'POST') return ''
  const fields = formFields(body)
  const names = [...fields.keys()].toSorted()
  return names
    .map(name => [...new Set(fields.get(name))].toSorted().map(value => name + value))
    .flat()
    .join('')
}

/** Twilio has signed addresses with and without the scheme's own port; both are right. */
function addressForms(url: string): readonly string[] {
  const parts = /^(https?:)\/\/([^/?#]*)(.*)$/i.exec(url)
  const [, scheme, authority, rest] = parts ?? []
  if (scheme === undefined || authority === undefined || rest === undefined) return [url]
  const bare = authority.replace(/:\d+$/, '')
  const port = scheme.toLowerCase() === 'https:' ? 443 : 80
  const withPort = bare === authority ? `${bare}:${port}` : authority
  return [...new Set([url, `${scheme}//${bare}${rest}`, `${scheme}//${withPort}${rest}`])]
}
