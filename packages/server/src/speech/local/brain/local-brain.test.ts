import { describe, expect, it } from 'vitest'
import { guidance } from '../../../domain/guidance.ts'
import type { BrainEvent, BrainMessage, BrainRequest } from '../../cascade/port.ts'
import { LocalBrain } from './local-brain.ts'

const facts = { patient_name: 'John Smith', appointment_date: '2025-12-24', appointment_time: '3:00 PM' }
const request: BrainRequest = {
  model: 'local',
  prompt: 'composed',
  purpose:
    "You are Sarah, a friendly appointment coordinator at Bright Dental. Your goal is to confirm John Smith's appointment on 2025-12-24 at 3:00 PM.",
  language: 'en-US',
  temperature: null,
  tools: [{ name: 'end_call', description: '', parameters: {} }],
  facts,
  messages: [],
  guidance: null,
}

async function reply(change: Partial<BrainRequest>): Promise<{ text: string; ended: boolean }> {
  const events: BrainEvent[] = []
  for await (const event of new LocalBrain().reply({ ...request, ...change }, AbortSignal.timeout(1_000)))
    events.push(event)
  expect(events.at(-1)).toEqual({ type: 'done' })
  const spoken = events.map(event => (event.type === 'text' ? event.text : '')).join('')
  const call = events.find(event => event.type === 'tool_call')
  return {
    text: call ? (JSON.parse(call.arguments) as { farewell: string }).farewell : spoken,
    ended: call !== undefined,
  }
}

const talk = (...sentences: string[]) =>
  reply({ messages: sentences.map((text): BrainMessage => ({ role: 'user', text })) })

describe('local brain', () => {
  it('opens with the goal when nobody wrote a first sentence', async () => {
    const { text } = await reply({ guidance: guidance.opening })
    expect(text).toMatch(
      /John Smith.*Sarah from Bright Dental.*appointment on Wednesday, December 24 at 3:00 PM/,
    )
  })

  it('takes a yes, offers more, and ends on "no thanks"', async () => {
    const first = await talk('yes that works for me')
    expect(first.text).toMatch(/confirmed.*anything else/)
    expect(first.ended).toBe(false)
    expect(await talk('yes that works for me', 'no thank you')).toMatchObject({ ended: true })
  })

  it('finds another day and time, and promises nothing', async () => {
    expect((await talk("no i can't make it")).text).toMatch(/another day/)
    expect((await talk("no i can't make it", 'friday')).text).toMatch(/Friday is noted. What time/)
    expect((await talk("no i can't make it", 'friday', 'at two pm')).text).toBe(
      'That would be Friday at 2 PM. Is that right?',
    )
    expect((await talk("no i can't make it", 'friday', 'at two pm', 'yes')).text).toMatch(/will confirm it/)
  })

  it('answers who, when and whether it is a robot, truthfully, and asks its question again', async () => {
    expect((await talk('who is this')).text).toMatch(
      /Sarah from Bright Dental, an AI assistant.*still work for you\?/,
    )
    expect((await talk('are you a robot')).text).toMatch(/^Yes, I'm an AI/)
    expect((await talk('what time is it')).text).toMatch(/December 24 at 3:00 PM/)
  })

  it.each([['goodbye'], ['sorry wrong number'], ["don't call me again"], ['i am busy call me back later']])(
    'ends after %j',
    async sentence => expect((await talk(sentence)).ended).toBe(true),
  )

  it('asks again twice, then gives up politely', async () => {
    expect((await talk('blue bananas')).text).toMatch(/didn't quite catch/)
    expect((await talk('blue bananas', 'purple rain')).text).toMatch(/not very clear/)
    expect(await talk('blue bananas', 'purple rain', 'ping pong')).toMatchObject({ ended: true })
  })

  it('comes back from its farewell for a question', async () => {
    expect(await talk('yes', 'no thanks', 'wait what time is it')).toMatchObject({ ended: false })
  })

  it('says the same for the same words', async () => {
    expect(await talk('yes', 'what time is it')).toEqual(await talk('yes', 'what time is it'))
  })
})
