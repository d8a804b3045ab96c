import { once } from 'node:events'
import { createServer } from 'node:net'

export const host = '127.0.0.1'

/** A TCP port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, host)
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('the system gave no free port')
  return address.port
}
