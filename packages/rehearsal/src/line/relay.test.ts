import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { fateOf, lineProfiles, seededRandom } from './profile.ts'
import { openRelay } from './relay.ts'

describe('the fate of packets', () => {
  const fates = (seed: number): (readonly number[])[] => {
    const random = seededRandom(seed)
    return Array.from({ length: 20_000 }, () => fateOf(lineProfiles.lossy20, random))
  }

  test('the same seed, the same line', () => {
    expect(fates(7)).toEqual(fates(7))
    expect(fates(7)).not.toEqual(fates(8))
  })

  test('loses, doubles and delays by the shares of the profile', () => {
    const all = fates(1)
    const share = (fits: (fate: readonly number[]) => boolean): number => all.filter(fits).length / all.length
    expect(share(fate => fate.length === 0)).toBeCloseTo(0.2, 1)
    expect(share(fate => fate.length === 2)).toBeCloseTo(0.02 * 0.8, 2)
    const delays = all.flat()
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(40)
    expect(Math.max(...delays)).toBeLessThan(140)
  })

  test('a clean line changes nothing', () => {
    const random = seededRandom(3)
    expect(Array.from({ length: 100 }, () => fateOf(lineProfiles.clean, random)).flat()).toEqual(
      Array.from({ length: 100 }, () => 0),
    )
  })
})

describe('the relay', () => {
  const sockets: Socket[] = []
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.close()
  })
  const openPeer = async (): Promise<Socket> => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1')
    sockets.push(socket)
    await once(socket, 'listening')
    return socket
  }

  test('carries both ways and loses what the profile says', async () => {
    const [client, target] = [await openPeer(), await openPeer()]
    const heard = { client: 0, target: 0 }
    target.on('message', (packet, from) => {
      heard.target += 1
      target.send(packet, from.port, from.address)
    })
    client.on('message', () => {
      heard.client += 1
    })
    const profile = { ...lineProfiles.clean, loss: 0.3, jitterMs: 5 }
    await using relay = await openRelay({
      host: '127.0.0.1',
      target: { host: '127.0.0.1', port: target.address().port },
      profile,
      seed: 42,
    })
    for (let at = 0; at < 200; at += 1) {
      client.send(Buffer.from([at]), relay.port, relay.host)
      if (at % 20 === 19) await delay(5)
    }
    const settled = (): boolean =>
      heard.target === relay.towardsTarget.delivered && heard.client === relay.towardsClient.delivered
    const allSeen = (): boolean =>
      relay.towardsTarget.received === 200 &&
      relay.towardsTarget.received === relay.towardsTarget.dropped + relay.towardsTarget.delivered &&
      relay.towardsClient.received === relay.towardsClient.dropped + relay.towardsClient.delivered &&
      relay.towardsClient.received === heard.target
    await expect.poll(() => settled() && allSeen(), { timeout: 5_000 }).toBe(true)
    expect(relay.towardsTarget.dropped).toBeGreaterThan(30)
    expect(relay.towardsTarget.dropped).toBeLessThan(90)
  })

  test('survives a target that is not there', async () => {
    const client = await openPeer()
    await using relay = await openRelay({
      host: '127.0.0.1',
      target: { host: '127.0.0.1', port: 9 },
      profile: lineProfiles.clean,
      seed: 1,
    })
    for (let at = 0; at < 5; at += 1) client.send('x', relay.port, relay.host)
    await expect.poll(() => relay.towardsTarget.delivered, { timeout: 2_000 }).toBe(5)
  })
})
