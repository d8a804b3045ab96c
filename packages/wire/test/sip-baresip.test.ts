import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readAnswer } from '../src/sdp/answer.ts'
import { createOffer } from '../src/sdp/offer.ts'
import { standardTimings } from '../src/sip/transaction/timings.ts'
import { startBaresipPhone, type BaresipPhone } from './baresip-phone.ts'
import { makeCertificate } from './certificates.ts'
import { freePort } from './free-port.ts'
import { program } from './program.ts'
import { never, orderTo, testAgents } from './test-agents.ts'

const path = program('baresip')
const openssl = program('openssl')
const certificate = openssl === undefined ? undefined : makeCertificate(openssl, 'IP:127.0.0.1')

const agents = testAgents()
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-cert-'))
  writeFileSync(join(folder, 'own.pem'), `${certificate?.key ?? ''}${certificate?.cert ?? ''}`)
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

const phoneOver = async (transport: 'udp' | 'tcp' | 'tls'): Promise<BaresipPhone> =>
  await startBaresipPhone({
    path: path ?? '',
    port: await freePort('tcp'),
    transport,
    config: [`sip_certificate ${join(folder, 'own.pem')}`],
  })

const sdp = (more = {}): string => createOffer({ address: { host: '127.0.0.1', port: 40_000 }, ...more })

describe.skipIf(path === undefined || openssl === undefined)('baresip', () => {
  test.each(['tcp', 'tls'] as const)(
    'over %s picks up, is put on hold and taken back, and hangs up',
    async transport => {
      await using phone = await phoneOver(transport)
      const tls = { port: 0, key: '', cert: '', ...certificate }
      const alice = await agents.agent({ tcp: { port: 0 }, tls, timings: standardTimings })
      const offer = sdp()
      const call = await alice.invite(orderTo(0, { to: phone.uri, sdp: offer }), never)
      expect(call.dialog.transport).toBe(transport)
      expect(readAnswer(offer, call.remoteSdp).direction).toBe('sendrecv')
      const held = sdp({ direction: 'sendonly' })
      expect(readAnswer(held, await call.reinvite(held, never)).direction).toBe('sendonly')
      expect(readAnswer(offer, await call.reinvite(offer, never)).direction).toBe('sendrecv')
      await call.bye(never)
    },
  )

  test('is transferred: it calls the target and tells how that went', async () => {
    await using phone = await phoneOver('udp')
    const { agent: carol, accepted } = await agents.callee({ timings: standardTimings })
    const alice = await agents.agent({ timings: standardTimings })
    const call = await alice.invite(orderTo(0, { to: phone.uri, sdp: sdp() }), never)
    const outcome = call.refer(`sip:carol@127.0.0.1:${carol.port}`, AbortSignal.timeout(10_000))
    await accepted.catch(() => undefined)
    expect(await outcome).toMatchObject({ accepted: true, status: 200 })
    await call.bye(never)
  })
})
