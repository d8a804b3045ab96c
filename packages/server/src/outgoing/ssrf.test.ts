import { describe, expect, it } from 'vitest'
import { attacks, forms, literals, urlOf, zone } from '../../test/outgoing/attacks.ts'
import { createOutgoing } from './outgoing.ts'
import { createUrlFault } from './url-fault.ts'

const get = { method: 'GET', headers: {} } as const
/** Where nobody is reached anyway; that somebody could be, `test/outgoing/ssrf.test.ts` shows. */
const port = 9_999

describe(`requests to ${attacks.length} URLs that lead inside`, () => {
  const resolve = (name: string) => Promise.resolve(zone[name] ?? [])

  it.each(attacks)('refuse %j', async template => {
    await using outgoing = createOutgoing({ allowCidrs: [], resolve })
    const sent = outgoing.request(urlOf(template, port), get, AbortSignal.timeout(5_000))
    await expect(sent).rejects.toMatchObject({ name: 'OutgoingFault', kind: 'refused' })
  })

  it('refuse this machine’s own public address', async () => {
    const own = () => ['8.8.8.8', '2a00:1450::5']
    await using outgoing = createOutgoing({ allowCidrs: [], ownAddresses: own })
    for (const host of ['8.8.8.8', '[2a00:1450:0::5]']) {
      const sent = outgoing.request(`http://${host}/`, get, AbortSignal.timeout(5_000))
      await expect(sent).rejects.toMatchObject({ kind: 'refused' })
    }
  })
})

describe('a URL that is given', () => {
  const faultIn = createUrlFault([])

  it.each([...literals, ...forms, 'http://localhost:PORT/', 'https://a.localhost./'])(
    'is refused: %j',
    url => {
      expect(faultIn(urlOf(url, port))).toEqual(expect.any(String))
    },
  )

  it.each([
    'https://hooks.example/a?b#c',
    'http://hooks.example:8080/',
    'https://8.8.8.8/',
    'https://[2a00:1450::5]/',
  ])('is taken: %s', url => {
    expect(faultIn(url)).toBeNull()
  })

  it('may lead into ranges that the operator opened', () => {
    const opened = createUrlFault(['127.0.0.0/8', '10.0.0.0/8'])
    expect([opened('http://localhost:8080/'), opened('http://10.1.2.3/')]).toEqual([null, null])
    expect(opened('http://192.168.0.1/')).toMatch(/private/)
  })
})
