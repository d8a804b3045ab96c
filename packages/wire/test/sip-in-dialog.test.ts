import { beforeEach, describe, expect, test } from 'vitest'

import { callFrom } from './peer-call.ts'
import type { ScriptedPeer } from './scripted-peer.ts'
import { answer, testAgents } from './test-agents.ts'

const agents = testAgents()
let peer: ScriptedPeer

beforeEach(async () => {
  peer = await agents.peer()
})

describe('inside a call', () => {
  test('re-INVITE is answered by the application, and moves the target', async () => {
    const { accepted, inside } = await callFrom(peer, agents)
    const call = await accepted
    call.onReinvite(changed => `${changed}a=answered\r\n`)
    inside('INVITE 2', 'v=0\r\ns=hold\r\n', { Contact: '<sip:moved@192.0.2.7:5070>' })
    const ok = await peer.response(200, 'INVITE')
    expect(ok.body.toString()).toBe('v=0\r\ns=hold\r\na=answered\r\n')
    inside('ACK 2')
    expect(call.localSdp).toBe('v=0\r\ns=hold\r\na=answered\r\n')
    expect(call.remoteSdp).toBe('v=0\r\ns=hold\r\n')
    expect(call.dialog).toMatchObject({ remoteTarget: 'sip:moved@192.0.2.7:5070', remoteSequence: 2 })
  })

  test('without a callback our description stays; one that throws refuses 488 and changes nothing', async () => {
    agents.expectedFaults = 1
    const { accepted, inside } = await callFrom(peer, agents)
    const call = await accepted
    inside('INVITE 2', 'v=0\r\ns=two\r\n')
    expect((await peer.response(200, 'INVITE')).body.toString()).toBe(answer)
    inside('ACK 2')
    call.onReinvite(() => {
      throw new Error('no such codec')
    })
    inside('INVITE 3', 'v=0\r\ns=three\r\n')
    await peer.response(488)
    expect(call.remoteSdp).toBe('v=0\r\ns=two\r\n')
  })

  test('a re-INVITE without offer gets ours, and its ACK brings the answer', async () => {
    const { accepted, inside } = await callFrom(peer, agents)
    const call = await accepted
    const heard = new Promise<string>(resolve => call.onRemoteAnswer(resolve))
    inside('INVITE 2')
    expect((await peer.response(200, 'INVITE')).body.toString()).toBe(answer)
    inside('INVITE 3', 'v=0\r\ns=glare\r\n')
    await peer.response(491)
    inside('ACK 2', 'v=0\r\ns=moved\r\n')
    expect(await heard).toBe('v=0\r\ns=moved\r\n')
    expect(call.remoteSdp).toBe('v=0\r\ns=moved\r\n')
  })

  test('UPDATE with and without a description, INFO, OPTIONS, old requests, unknown ones', async () => {
    const { accepted, inside } = await callFrom(peer, agents)
    const call = await accepted
    const info = new Promise(resolve => call.onInfo(resolve))
    inside('UPDATE 2')
    expect((await peer.response(200, 'UPDATE')).body).toHaveLength(0)
    inside('UPDATE 3', 'v=0\r\ns=up\r\n')
    expect((await peer.response(200, 'UPDATE')).body.toString()).toBe(answer)
    expect(call.remoteSdp).toBe('v=0\r\ns=up\r\n')
    inside('INFO 4', 'Signal=5', { 'Content-Type': 'application/dtmf-relay' })
    await peer.response(200, 'INFO')
    expect(await info).toEqual({ contentType: 'application/dtmf-relay', body: 'Signal=5' })
    inside('OPTIONS 5')
    await peer.response(200, 'OPTIONS')
    inside('INFO 3')
    await peer.response(500, 'INFO')
    inside('PUBLISH 6')
    await peer.response(405, 'PUBLISH')
    inside('BYE 7')
    await peer.response(200, 'BYE')
    inside('BYE 8')
    await peer.response(481, 'BYE')
  })
})

test('both sides hang up at once: each BYE is answered 200', async () => {
  const { accepted, inside } = await callFrom(peer, agents)
  const call = await accepted
  const hungUp = call.bye(AbortSignal.timeout(5_000))
  const bye = await peer.request('BYE')
  inside('BYE 2')
  await peer.response(200, 'BYE')
  peer.reply(bye, { status: 481 })
  await hungUp
})
