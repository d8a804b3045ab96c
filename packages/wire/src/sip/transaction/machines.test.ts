import { describe, expect, test } from 'vitest'
import { clientInvite, type ClientEvent } from './client-invite.ts'
import { clientRequest } from './client-request.ts'
import type { Command, Machine, TimerName } from './machine.ts'
import { serverInvite, type ServerEvent } from './server-invite.ts'
import { serverRequest } from './server-request.ts'
import { standardTimings } from './timings.ts'

const udp = { ...standardTimings, reliable: false }
const tcp = { ...standardTimings, reliable: true }

/** Feeds a machine events written as words, and writes each step as `state: commands`. */
function run<Event>(machine: Machine<{ readonly name: string }, Event>, events: readonly Event[]): string[] {
  let [state, commands] = machine.begin()
  const seen = [line(state.name, commands)]
  for (const event of events) {
    ;[state, commands] = machine.step(state, event)
    seen.push(line(state.name, commands))
  }
  return seen
}

const line = (state: string, commands: readonly Command[]): string => [state, ...commands.map(word)].join(' ')

function word(command: Command): string {
  if (command.type === 'start') return `${command.timer}=${command.afterMs}`
  if (command.type === 'stop') return `-${command.timer}`
  return command.type === 'fail' ? `fail:${command.cause}` : command.type
}

const timer = (name: TimerName) => ({ type: 'timer', timer: name }) as const
const response = (status: number): ClientEvent => ({ type: 'response', status })
const respond = (status: number): ServerEvent => ({ type: 'respond', status })
const again: ServerEvent = { type: 'request' }
const ack: ServerEvent = { type: 'ack' }

describe('INVITE as client (RFC 3261 figure 5, RFC 6026 §8.4)', () => {
  test.each<[string, ClientEvent[], string[]]>([
    [
      'A doubles without bound, B gives up',
      [timer('A'), timer('A'), timer('A'), timer('A'), timer('B')],
      [
        'calling send A=1000',
        'calling send A=2000',
        'calling send A=4000',
        'calling send A=8000',
        'terminated fail:timeout',
      ],
    ],
    [
      'a provisional answer stops A and B',
      [response(180), timer('A'), timer('B')],
      ['proceeding -A -B deliver', 'proceeding', 'proceeding'],
    ],
    [
      'every provisional answer is delivered',
      [response(100), response(183)],
      ['proceeding -A -B deliver', 'proceeding deliver'],
    ],
    [
      'a refusal is acknowledged, its copies too but delivered once',
      [response(180), response(486), response(486), response(180), timer('D')],
      [
        'proceeding -A -B deliver',
        'completed D=32000 acknowledge deliver',
        'completed acknowledge',
        'completed',
        'terminated',
      ],
    ],
    [
      'each copy of a 2xx is delivered, and nothing else any more',
      [response(200), response(200), response(486), response(180), timer('M'), response(200)],
      [
        'accepted -A -B M=32000 deliver',
        'accepted deliver',
        'accepted',
        'accepted',
        'terminated',
        'terminated',
      ],
    ],
    ['a packet that cannot be sent', [{ type: 'transport_error' }], ['terminated fail:transport']],
    [
      'an ACK that cannot be sent',
      [response(500), { type: 'transport_error' }],
      ['completed -A -B D=32000 acknowledge deliver', 'terminated fail:transport'],
    ],
    [
      'abandoned while ringing',
      [response(180), { type: 'abandon' }],
      ['proceeding -A -B deliver', 'terminated fail:timeout'],
    ],
    [
      'abandoned after its answer',
      [response(200), { type: 'abandon' }],
      ['accepted -A -B M=32000 deliver', 'accepted'],
    ],
  ])('%s', (_, events, steps) => {
    expect(run(clientInvite(udp), events)).toEqual(['calling send A=500 B=32000', ...steps])
  })

  test('over a reliable transport nothing is resent and D is zero', () => {
    expect(run(clientInvite(tcp), [response(486)])).toEqual([
      'calling send B=32000',
      'terminated acknowledge deliver',
    ])
  })
})

describe('other requests as client (RFC 3261 figure 6)', () => {
  test.each<[string, ClientEvent[], string[]]>([
    [
      'E doubles up to T2, F gives up',
      [timer('E'), timer('E'), timer('E'), timer('E'), timer('F')],
      [
        'trying send E=1000',
        'trying send E=2000',
        'trying send E=4000',
        'trying send E=4000',
        'terminated fail:timeout',
      ],
    ],
    [
      'a provisional answer slows the resending down to T2',
      [response(100), timer('E'), timer('F')],
      ['proceeding deliver', 'proceeding send E=4000', 'terminated fail:timeout'],
    ],
    [
      'copies of the answer are absorbed until K',
      [response(200), response(200), timer('K')],
      ['completed -E -F K=5000 deliver', 'completed', 'terminated'],
    ],
    [
      'no fault after the answer',
      [response(200), { type: 'transport_error' }],
      ['completed -E -F K=5000 deliver', 'completed'],
    ],
    ['a packet that cannot be sent', [{ type: 'transport_error' }], ['terminated fail:transport']],
  ])('%s', (_, events, steps) => {
    expect(run(clientRequest(udp), events)).toEqual(['trying send E=500 F=32000', ...steps])
  })

  test('over a reliable transport', () => {
    expect(run(clientRequest(tcp), [response(200)])).toEqual(['trying send F=32000', 'terminated deliver'])
  })
})

describe('INVITE as server (RFC 3261 figure 7, RFC 6026 §8.5)', () => {
  test.each<[string, ServerEvent[], string[]]>([
    [
      'a copy before any answer is silent, after one it is answered',
      [again, respond(100), again],
      ['proceeding', 'proceeding send', 'proceeding send'],
    ],
    [
      'a refusal is repeated by G up to T2 until H',
      [respond(486), timer('G'), timer('G'), timer('G'), timer('G'), again, timer('H')],
      [
        'completed send G=500 H=32000',
        'completed send G=1000',
        'completed send G=2000',
        'completed send G=4000',
        'completed send G=4000',
        'completed send',
        'terminated fail:timeout',
      ],
    ],
    [
      'ACK of a refusal, absorbed until I',
      [respond(486), ack, ack, again, timer('I')],
      ['completed send G=500 H=32000', 'confirmed -G -H I=5000', 'confirmed', 'confirmed', 'terminated'],
    ],
    [
      'after a 2xx copies of the INVITE are absorbed, the user repeats the 2xx',
      [respond(200), again, respond(200), respond(486), ack, timer('L')],
      ['accepted send L=32000', 'accepted', 'accepted send', 'accepted', 'accepted deliver', 'terminated'],
    ],
    [
      'the first final answer stands',
      [respond(486), respond(200)],
      ['completed send G=500 H=32000', 'completed'],
    ],
    [
      'a refusal that cannot be sent',
      [respond(486), { type: 'transport_error' }],
      ['completed send G=500 H=32000', 'terminated fail:transport'],
    ],
  ])('%s', (_, events, steps) => {
    expect(run(serverInvite(udp), events)).toEqual(['proceeding', ...steps])
  })

  test('over a reliable transport', () => {
    expect(run(serverInvite(tcp), [respond(486), ack])).toEqual([
      'proceeding',
      'completed send H=32000',
      'terminated',
    ])
  })
})

describe('other requests as server (RFC 3261 figure 8)', () => {
  test.each<[string, ServerEvent[], string[]]>([
    [
      'copies are answered again until J',
      [again, respond(200), again, timer('J')],
      ['trying', 'completed send J=32000', 'completed send', 'terminated'],
    ],
    [
      'provisional',
      [respond(100), again, respond(200)],
      ['proceeding send', 'proceeding send', 'completed send J=32000'],
    ],
    ['the first final answer stands', [respond(200), respond(500)], ['completed send J=32000', 'completed']],
    [
      'an answer that cannot be sent',
      [respond(200), { type: 'transport_error' }],
      ['completed send J=32000', 'terminated fail:transport'],
    ],
  ])('%s', (_, events, steps) => {
    expect(run(serverRequest(udp), events)).toEqual(['trying', ...steps])
  })

  test('over a reliable transport J is zero', () => {
    expect(run(serverRequest(tcp), [respond(200)])).toEqual(['trying', 'terminated send'])
  })
})
