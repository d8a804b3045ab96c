import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createOutgoing } from './outgoing.ts'

/** For hook.test, signed by itself, made for this test alone and good for a hundred years. */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgr88r3V+1BlBhrbOO
jO07DsDMHXjYGMaWse4zJpWScJqhRANCAAR9oLVlXLK7Muu7mWLZ+0cjLimneFrD
pReeHu6s+4ECOxisBurfzM0ULW3P7XOaoHWEJZr5PnRVGWgUG6woZLGw
-----END PRIVATE KEY-----`
const cert = `-----BEGIN CERTIFICATE-----
MIIBlDCCATugAwIBAgIUOF/CL59iGFsmQeo2K+35Z+G2gzQwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJaG9vay50ZXN0MCAXDTI2MTEyMzE0MTIxMVoYDzIxMjYxMDMw
MTQxMjExWjAUMRIwEAYDVQQDDAlob29rLnRlc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAR9oLVlXLK7Muu7mWLZ+0cjLimneFrDpReeHu6s+4ECOxisBurfzM0U
LW3P7XOaoHWEJZr5PnRVGWgUG6woZLGwo2kwZzAdBgNVHQ4EFgQU9jShQsZU2aAQ
BY5pxYJPv7HcZBAwHwYDVR0jBBgwFoAU9jShQsZU2aAQBY5pxYJPv7HcZBAwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglob29rLnRlc3QwCgYIKoZIzj0EAwID
RwAwRAIgDANV/0KVFx+S8vtocRcNmW60KKhC5VOwqniH+I7zsEwCIDa5AvaVAv81
0oSfhuXFxhQyDFc21rtJVombHRzcO90F
-----END CERTIFICATE-----`

const get = { method: 'GET', headers: {} } as const
const resolve = () => Promise.resolve(['127.0.0.1'])

describe('https to a pinned address', () => {
  const names: unknown[] = []
  const server = createServer({ key, cert }, (request, response) => {
    names.push((request.socket as TLSSocket & { servername?: string }).servername, request.headers.host)
    response.end('secure')
  })
  let port = 0
  beforeAll(async () => {
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
    port = (server.address() as AddressInfo).port
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  it('still asks for and checks the name of the URL', async () => {
    await using outgoing = createOutgoing({ allowCidrs: ['127.0.0.0/8'], resolve, ca: cert })
    await using answer = await outgoing.request(`https://hook.test:${port}/`, get, AbortSignal.timeout(5_000))
    expect(Buffer.from(await answer.read(100)).toString()).toBe('secure')
    expect(names).toEqual(['hook.test', `hook.test:${port}`])
    const other = outgoing.request(`https://other.test:${port}/`, get, AbortSignal.timeout(5_000))
    await expect(other).rejects.toThrow('ERR_TLS_CERT_ALTNAME_INVALID')
  })

  it('trusts nobody who is not known', async () => {
    await using outgoing = createOutgoing({ allowCidrs: ['127.0.0.0/8'], resolve })
    const sent = outgoing.request(`https://hook.test:${port}/`, get, AbortSignal.timeout(5_000))
    await expect(sent).rejects.toThrow('DEPTH_ZERO_SELF_SIGNED_CERT')
  })
})
