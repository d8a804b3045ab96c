import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ControlWish } from '../domain/control.ts'
import type { ControlId } from '../domain/ids.ts'
import { VoiceFault } from '../speech/port.ts'
import { advance, begin } from './advance.ts'
import { disclosureReplyId, openingReplyId } from './agent.ts'
import type { Command, ConversationEvent } from './happening.ts'
import { defaultSettings } from './settings.ts'
import type { Terms } from './state.ts'

/**
 * Networks and models do anything in any order. Whatever comes, the conversation keeps its promises: it
 * does not throw, asks for one reply at a time, plays nothing of a reply it interrupted, and ends once.
 */

const replyIds = [
  disclosureReplyId,
  openingReplyId,
  'opening-1',
  'own-1',
  'own-2',
  'answer-1',
  'answer-2',
  'farewell-1',
  'farewell-2',
  'silence_prompt-1',
  'opening-1',
  'message-1',
  'message-2',
]
const replyId = fc.constantFrom(...replyIds)
const atMs = fc.nat(100_000)
const text = fc.constantFrom(
  '',
  'yes',
  'goodbye',
  'what time is it?',
  'are you a robot?',
  'I am an AI assistant.',
  'leave a message after the tone',
  'and',
  'for sales press one for support press two',
  'please state your name and reason for calling',
)
const fault = new VoiceFault('any', 'protocol', { message: 'odd' })

const anyEvent: fc.Arbitrary<ConversationEvent> = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ type: 'tick' } as const) },
  { weight: 4, arbitrary: fc.record({ type: fc.constantFrom('speech_started', 'speech_stopped'), atMs }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('heard'),
      turnId: fc.string(),
      text,
      final: fc.boolean(),
      startMs: atMs,
      endMs: atMs,
    }),
  },
  { weight: 5, arbitrary: fc.record({ type: fc.constantFrom('reply_started', 'first_token'), replyId }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('reply_text'), replyId, text, offsetMs: atMs }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('reply_audio'),
      replyId,
      audio: fc.nat(4_000).map(length => new Uint8Array(length)),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('reply_done'),
      replyId,
      result: fc.constantFrom('complete', 'cancelled', 'failed'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('tool_call'),
      replyId,
      toolCallId: fc.constantFrom('', 'tool'),
      name: fc.constantFrom('end_call', 'send_dtmf', 'transfer_call', 'other'),
      arguments: fc.constantFrom(
        '{}',
        '',
        '{"farewell":"Bye."}',
        '{"farewell":3}',
        '{"digits":"1w#"}',
        '{"destination":"sales"}',
        'nonsense',
      ),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('mark'),
      name: fc.tuple(replyId, fc.constantFrom(':start', ':end')).map(([id, end]) => id + end),
      atMs,
      cleared: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('digit'), digit: fc.constantFrom('1', '#'), atMs }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('transfer_settled'),
      askId: fc.constantFrom('', 'tool', 'control'),
      result: fc.constantFrom({ done: 'network' }, { done: 'platform' }, { done: 'failed', reason: 'busy' }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('keys_pressed'),
      askId: fc.constantFrom('', 'tool', 'control'),
      fault: fc.constantFrom(null, 'the line is gone'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('stalled'), sinceMs: atMs }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('sound'), sounding: fc.boolean(), atMs }) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(0, 425, 1000, 2100), atMs, fc.constantFrom(300, 500, 1_000))
      .map(([frequencyHz, fromMs, lastsMs]) => ({
        type: 'tone' as const,
        tone: { frequencyHz, fromMs, toMs: fromMs + lastsMs },
      })),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('fault'), fault: fc.constant(fault), fatal: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'deaf' } as const) },
  {
    weight: 1,
    arbitrary: fc.constant({
      type: 'replaced',
      provider: 'legacy',
      capabilities: { takesTurns: false, needsWords: true },
    } as const),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'stop', how: 'farewell' } as const) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom<ControlWish>(
        { type: 'say', text: 'Please hold.', interrupt: false },
        { type: 'say', text: 'Stop.', interrupt: true },
        { type: 'instruct', text: 'Offer ten percent.' },
        { type: 'transfer', to: { name: 'desk', to: '+14155550100', description: null }, summary: null },
        { type: 'dtmf', digits: '1w2' },
      )
      .map(wish => ({ type: 'control' as const, control: { id: 'control' as ControlId, wish } })),
  },
)

const story = fc.array(
  fc.record({
    event: anyEvent,
    afterMs: fc.nat(1_500),
    queuedMs: fc.nat(3_000),
    loudUntilMs: fc.nat(100_000),
  }),
  {
    maxLength: 120,
  },
)

const clip = { text: 'One moment.', audio: new Uint8Array(4_000) }

const terms = fc.record({
  outside: fc.constant([]),
  languages: fc.constant([]),
  settings: fc.constant(defaultSettings),
  takesTurns: fc.boolean(),
  needsWords: fc.boolean(),
  language: fc.constantFrom('en-US', 'es-ES', 'sw'),
  disclosure: fc.constantFrom(null, 'This is an AI assistant calling.'),
  firstSentence: fc.constantFrom(null, 'Hello, this is Sarah.'),
  maxDurationMs: fc.constantFrom(30_000, 600_000),
  transfer: fc.constantFrom(null, {
    destinations: [{ name: 'sales', to: '+14155551234', description: null }],
    mode: 'cold' as const,
    briefing: null,
  }),
  keypad: fc.record({ send: fc.boolean(), receive: fc.boolean() }),
  voicemail: fc.constantFrom(
    { action: 'hang_up' as const },
    { action: 'ignore' as const },
    { action: 'leave_message' as const, message: 'Please call us back.' },
  ),
  mailboxHeard: fc.boolean(),
  waitForGreeting: fc.boolean(),
  standby: fc.constantFrom(null, { fillers: [clip], apology: clip }),
  fastBusy: fc.boolean(),
})

test('any story keeps the promises', () => {
  fc.assert(
    fc.property(terms, story, (given, happenings) => {
      let state = begin(given)
      const promises = openPromises(given)
      let nowMs = 0
      for (const { event, afterMs, queuedMs, loudUntilMs } of [...happenings, ...quietMinutes]) {
        nowMs += afterMs
        if ('replyId' in event && !promises.knows(event.replyId)) continue
        const [next, commands] = advance(state, { event, nowMs, queuedMs, loudUntilMs, elapsedMs: nowMs })
        if (event.type === 'reply_done') promises.made(event.replyId)
        const settled = commands.filter(({ type }) => type === 'settle_control')
        const isAsked = event.type === 'control' && state.ending.phase !== 'over'
        expect(settled).toHaveLength(isAsked ? 1 : 0)
        state = next
        for (const command of commands) promises.check(command)
      }
      expect(promises.finished()).toBe(1)
    }),
    { numRuns: 300 },
  )
})

/** Long enough for every limit to pass. */
const quietMinutes = Array.from({ length: 700 }, () => ({
  event: { type: 'tick' } as const,
  afterMs: 1_000,
  queuedMs: 0,
  loudUntilMs: 0,
}))

function openPromises({ disclosure, firstSentence }: Pick<Terms, 'disclosure' | 'firstSentence'>) {
  const opening = firstSentence === null ? [] : [openingReplyId]
  const asked = new Set(disclosure === null ? opening : [disclosureReplyId])
  const making = new Set(asked)
  const interrupted = new Set<string>()
  const marked = new Set<string>()
  let finished = 0
  return {
    made: (id: string) => making.delete(id),
    finished: () => finished,
    /** A voice tells of what it was asked for, and of what it began by itself. */
    knows: (id: string) => asked.has(id) || id.startsWith('own'),
    check(command: Command): void {
      expect(finished).toBe(0)
      if (command.type === 'say' || command.type === 'respond') {
        expect([...making]).toEqual([])
        expect(interrupted).not.toContain(command.replyId)
        making.add(command.replyId)
        asked.add(command.replyId)
      }
      if (command.type === 'interrupt') {
        making.delete(command.replyId)
        interrupted.add(command.replyId)
        expect(command.playedMs).toBeGreaterThanOrEqual(0)
      }
      // What the line dropped may be played again, with its marks.
      if (command.type === 'clear') marked.clear()
      if (command.type === 'mark') {
        expect(marked).not.toContain(command.name)
        marked.add(command.name)
        expect(interrupted).not.toContain(command.name.replace(/:(start|end)$/u, ''))
      }
      if (command.type === 'finish') finished += 1
    },
  }
}
