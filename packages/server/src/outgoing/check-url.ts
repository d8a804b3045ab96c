import { OutgoingFault } from './outgoing-fault.ts'

/** Below this, ports belong to system services (RFC 6335, section 6). */
const firstUserPort = 1024

/**
 * What can be said of a URL before its name is looked up: http or https, no user name or password in it,
 * and no system service other than the web's own ports, so that nobody makes us speak HTTP to a mail or
 * database server. Throws OutgoingFault.
 */
export function checkUrl(text: string): URL {
  if (!URL.canParse(text)) throw new OutgoingFault('refused', 'the URL can not be read')
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new OutgoingFault('refused', `only http and https are allowed, not ${url.protocol}`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new OutgoingFault('refused', 'a user name or password in the URL is not allowed')
  }
  if (url.port !== '' && url.port !== '80' && url.port !== '443' && Number(url.port) < firstUserPort) {
    throw new OutgoingFault('refused', `port ${url.port} is not allowed`)
  }
  return url
}
