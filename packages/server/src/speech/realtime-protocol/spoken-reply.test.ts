import { expect, test } from 'vitest'
import { SpokenReply } from './spoken-reply.ts'

function spoken(): SpokenReply {
  const reply = new SpokenReply('r', null)
  const ms = (length: number) => new Uint8Array(length * 8)
  reply.addAudio({ itemId: 'a', contentIndex: 0, audio: ms(100) })
  reply.addAudio({ itemId: 'a', contentIndex: 0, audio: ms(100) })
  reply.addAudio({ itemId: 'b', contentIndex: 0, audio: ms(300) })
  return reply
}

test.each([
  [
    0,
    [
      ['a', 0],
      ['b', 0],
    ],
  ],
  [
    150,
    [
      ['a', 150],
      ['b', 0],
    ],
  ],
  [200, [['b', 0]]],
  [450, [['b', 250]]],
  [500, []],
  [900, []],
])('played %i ms of two items', (playedMs, cuts) => {
  const reply = spoken()
  expect(reply.audioMs).toBe(500)
  expect(reply.cutsAt(playedMs).map(cut => [cut.itemId, cut.audioEndMs])).toEqual(cuts)
})
