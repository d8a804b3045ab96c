import { VoiceFault } from '../../src/speech/port.ts'
import { describe, expect, test } from 'vitest'
import { guidance } from '../../src/conversation/guidance.ts'
import type { Script } from '../scripted/voice.ts'
import { firstSentence, lines, stage } from './stage.ts'

const endCall = { name: 'end_call', arguments: '{"reason":"confirmed"}' }

/** Confirms, and says goodbye in its own words when it ends. */
const confirming: Script = ({ guidance: cue, heard }) => {
  if (cue === guidance.farewell) return { text: 'Goodbye then.' }
  if (/goodbye|bye/iu.test(heard)) return { text: 'Thank you, goodbye John.', tool: endCall }
  if (/yes/iu.test(heard)) return { text: 'Great, see you tomorrow, goodbye.', tool: endCall }
  return { text: 'Sorry, does tomorrow at three work for you?' }
}

describe.each([{ takesTurns: false }, { takesTurns: true }])(
  'a voice with takesTurns $takesTurns',
  ({ takesTurns }) => {
    test('the agent confirms and ends after its goodbye was heard', async () => {
      const call = stage({ script: confirming, takesTurns })
      await call.agentAnswers()
      await call.says('Yes that works for me')
      const conversation = await call.over()
      expect(lines(conversation).filter(line => !line.startsWith('tool'))).toEqual([
        `assistant: ${firstSentence}`,
        'user: Yes that works for me',
        'assistant: Great, see you tomorrow, goodbye.',
      ])
      expect(conversation.outcome).toMatchObject({
        status: 'completed',
        endReason: 'agent_ended',
        answeredBy: 'human',
      })
      const farewellEndMs = call.leg.played.at(-1)?.toMs ?? 0
      expect(call.leg.hungUpAtMs).toBeGreaterThanOrEqual(farewellEndMs + 200)
      expect(call.leg.hungUpAtMs).toBeLessThanOrEqual(farewellEndMs + 300)
      expect(conversation.latency.turns).toBe(1)
      expect(conversation.latency.voice_to_voice_p50_ms).toBeGreaterThan(250)
      expect(conversation.latency.voice_to_voice_p50_ms).toBeLessThan(800)
    })

    test('an end_call without a goodbye is followed by one', async () => {
      const silent: Script = ({ guidance: cue }) =>
        cue === guidance.farewell ? { text: 'Take care, bye.' } : { text: 'Noted.', tool: endCall }
      const call = stage({ script: silent, takesTurns })
      await call.agentAnswers()
      await call.says('Yes that works')
      const conversation = await call.over()
      expect(lines(conversation).at(-1)).toBe('assistant: Take care, bye.')
      expect(conversation.outcome.endReason).toBe('agent_ended')
    })

    test('a farewell in the arguments is said word for word', async () => {
      const withWords = {
        name: 'end_call',
        arguments: '{"reason":"done","farewell":"So long, John, until tomorrow."}',
      }
      const call = stage({ script: () => ({ tool: withWords }), takesTurns })
      await call.agentAnswers()
      await call.says('Yes that works')
      expect(lines(await call.over()).at(-1)).toBe('assistant: So long, John, until tomorrow.')
    })

    test('the callee interrupts the first sentence', async () => {
      const call = stage({ script: confirming, takesTurns })
      await call.wait(2_000)
      await call.says('Who is this')
      const [opening] = call.heardByCallee()
      expect(opening?.toMs).toBeLessThanOrEqual(2_200)
      await call.agentAnswers()
      await call.says('Yes that works')
      const told = lines(await call.over())
      expect(told[0]).toMatch(/^assistant: Hi John, this is Sarah.* --$/u)
      expect(told[0]?.length).toBeLessThan(firstSentence.length)
      expect(told.slice(1, 3)).toEqual([
        'user: Who is this',
        'assistant: Sorry, does tomorrow at three work for you?',
      ])
      expect(call.voice.log.find(entry => entry.type === 'interrupt')).toMatchObject({ text: 'opening' })
      expect(call.has('interruption')).toBe(true)
    })

    test('a hello in the first second does not stop the first sentence', async () => {
      const call = stage({ script: confirming, takesTurns })
      await call.wait(300)
      await call.says('Hello?')
      await call.agentAnswers()
      expect(call.heardByCallee().map(({ text }) => text)).toEqual([firstSentence])
      await call.says('Yes sure')
      expect(lines(await call.over())[0]).toBe(`assistant: ${firstSentence}`)
    })

    test('who goes on talking past the first second gets the floor', async () => {
      const call = stage({ script: confirming, takesTurns })
      await call.wait(600)
      await call.says('No wait please who are you')
      expect(call.heardByCallee()[0]?.toMs).toBeLessThanOrEqual(1_300)
      call.stop('now')
      await call.over()
    })

    test('the callee says goodbye', async () => {
      const call = stage({ script: confirming, takesTurns })
      await call.agentAnswers()
      await call.says('Not now, goodbye')
      const conversation = await call.over()
      expect(conversation.outcome).toMatchObject({ endReason: 'agent_ended', errorMessage: null })
      expect(lines(conversation)).toContain('assistant: Thank you, goodbye John.')
    })

    test('the callee hangs up in the middle of a sentence', async () => {
      const call = stage({ script: confirming, takesTurns })
      await call.wait(1_500)
      call.leg.happens({ type: 'hung_up', by: 'callee', detail: 'BYE', atMs: 1_500 })
      await call.wait(20)
      expect(call.ended).toBe(true)
      const conversation = await call.over()
      expect(conversation.outcome).toMatchObject({
        status: 'completed',
        endReason: 'callee_hung_up',
        fault: 'callee',
      })
      expect(lines(conversation)).toEqual(['assistant: Hi John, this is --'])
      expect(call.leg.hungUpAtMs).toBeNull()
    })

    test('nobody speaks: the agent asks once, then says goodbye', async () => {
      const script: Script = ({ guidance: cue }) =>
        cue === guidance.stillThere ? { text: 'Are you still there?' } : { text: 'Then goodbye.' }
      const call = stage({ script, takesTurns })
      const conversation = await call.over()
      expect(lines(conversation)).toEqual([
        `assistant: ${firstSentence}`,
        'assistant: Are you still there?',
        'assistant: Then goodbye.',
      ])
      const [opening, prompt, goodbye] = call.heardByCallee()
      expect((prompt?.fromMs ?? 0) - (opening?.toMs ?? 0)).toBeLessThan(10_500)
      expect((prompt?.fromMs ?? 0) - (opening?.toMs ?? 0)).toBeGreaterThanOrEqual(10_000)
      expect((goodbye?.fromMs ?? 0) - (opening?.toMs ?? 0)).toBeLessThan(20_500)
      expect(conversation.outcome).toMatchObject({
        status: 'completed',
        endReason: 'silence',
        errorMessage: null,
      })
    })

    test('a line without audio ends as silence and says why', async () => {
      const call = stage({ script: () => ({ text: 'Hello?' }), takesTurns })
      for (let at = 5; at <= 40 && !call.ended; at += 5) {
        await call.wait(5_000)
        call.leg.happens({ type: 'stalled', sinceMs: at * 1_000 })
      }
      const { outcome } = await call.over()
      expect(outcome).toMatchObject({
        endReason: 'silence',
        errorMessage: 'No audio arrived from the callee',
      })
      expect(call.events.filter(event => event.type === 'fault')).toHaveLength(1)
    })

    test('the longest duration: a hint, a farewell, the end', async () => {
      const script: Script = ({ guidance: cue }) =>
        cue === guidance.timeIsUp ? { text: 'I have to go, goodbye.' } : { text: 'Tell me more.' }
      const call = stage({ script, takesTurns, plan: { maxDurationMs: 30_000 } })
      await call.agentAnswers()
      for (let turn = 0; turn < 12 && !call.has('farewell'); turn += 1) {
        await call.says('And another thing happened')
        await call.wait(2_500)
      }
      const conversation = await call.over()
      expect(conversation.outcome.endReason).toBe('max_duration')
      expect(lines(conversation).at(-1)).toBe('assistant: I have to go, goodbye.')
      expect(call.events.find(event => event.type === 'wrap_up')).toMatchObject({ at_ms: 20_000 })
      expect(call.leg.hungUpAtMs).toBeLessThan(33_500)
    })

    test('a farewell that never comes does not hold the line', async () => {
      const call = stage({ script: () => null, takesTurns, plan: { maxDurationMs: 8_000 } })
      const { outcome } = await call.over()
      expect(outcome.endReason).toBe('max_duration')
      expect(call.leg.hungUpAtMs).toBeLessThanOrEqual(12_100)
    })

    test('stopped now', async () => {
      const call = stage({ takesTurns })
      await call.wait(1_200)
      call.stop('now')
      const conversation = await call.over()
      expect(conversation.outcome).toMatchObject({
        status: 'cancelled',
        endReason: 'stopped',
        fault: 'customer',
      })
      expect(call.leg.hungUpAtMs).toBeLessThanOrEqual(1_240)
      expect(lines(conversation)).toEqual(['assistant: Hi John, this --'])
    })

    test('stopped with a farewell', async () => {
      const call = stage({ script: () => ({ text: 'I must go, goodbye.' }), takesTurns })
      await call.wait(1_200)
      call.stop('farewell')
      const conversation = await call.over()
      expect(conversation.outcome.endReason).toBe('stopped')
      expect(lines(conversation)).toEqual(['assistant: Hi John, this --', 'assistant: I must go, goodbye.'])
    })

    test('a question during the farewell cancels the ending', async () => {
      const script: Script = ({ heard }) => {
        if (/parking/iu.test(heard)) return { text: 'Yes, behind the house.' }
        if (/yes/iu.test(heard))
          return { text: 'Wonderful, we are looking forward to it, have a nice day, goodbye.', tool: endCall }
        return { text: 'Anything else?' }
      }
      const call = stage({ script, takesTurns })
      await call.agentAnswers()
      await call.says('Yes that works')
      await call.wait(1_500)
      await call.says('Is there any parking')
      await call.agentAnswers()
      expect(call.ended).toBe(false)
      expect(call.heardByCallee().at(-1)?.text).toBe('Yes, behind the house.')
      call.stop('now')
      expect(lines(await call.over()).at(-1)).toBe('assistant: Yes, behind the house.')
    })

    test('a thank you during the farewell does not', async () => {
      const call = stage({ script: confirming, takesTurns })
      await call.agentAnswers()
      await call.says('Yes that works')
      await call.wait(1_600)
      await call.says('Thanks, bye')
      const conversation = await call.over()
      expect(conversation.outcome.endReason).toBe('agent_ended')
      expect(lines(conversation)).toContain('assistant: Great, see you tomorrow, goodbye.')
      expect(lines(conversation)).toContain('user: Thanks, bye')
      expect(call.heardByCallee()).toHaveLength(2)
    })

    test('what is left of an interrupted reply is never played', async () => {
      const long = 'Let me tell you a very long story about all the things that we could do for you.'
      const script: Script = ({ turn }) => ({ text: turn === 1 ? long : 'All right.' })
      const call = stage({ script, takesTurns })
      call.voice.lateAudio = true
      await call.agentAnswers()
      await call.says('Tell me')
      await call.until(() => call.heardByCallee().at(-1)?.text === long)
      await call.wait(300)
      await call.says('Stop it please')
      await call.wait(5_000)
      const stories = call.heardByCallee().filter(({ text }) => text === long)
      expect(stories).toHaveLength(1)
      expect((stories[0]?.toMs ?? 0) - (stories[0]?.fromMs ?? 0)).toBeLessThan(500)
      call.stop('now')
      await call.over()
    })

    test('unknown tools and bad arguments are told to the model', async () => {
      const script: Script = ({ turn }) => {
        if (turn === 1) return { tool: { name: 'launch_rocket', arguments: '{}' } }
        if (turn === 2) return { tool: { name: 'end_call', arguments: '{"reason":' } }
        return { text: 'Goodbye.', tool: endCall }
      }
      const call = stage({ script, takesTurns })
      await call.agentAnswers()
      await call.says('Do something')
      expect((await call.over()).outcome.endReason).toBe('agent_ended')
      const answers = call.voice.log.filter(entry => entry.type === 'answer_tool').map(entry => entry.text)
      expect(answers[0]).toContain('no tool named launch_rocket')
      expect(answers[1]).toContain('not valid JSON')
      expect(answers[2]).toBe('{"ok":true}')
    })

    test('a model that does nothing but call tools is stopped', async () => {
      const script: Script = ({ turn }) => ({
        tool: { name: 'look', arguments: `{"page":${turn > 5 ? turn : 0}}` },
      })
      const call = stage({ script, takesTurns })
      await call.agentAnswers()
      await call.says('Do something')
      expect((await call.over()).outcome).toMatchObject({ endReason: 'provider_error', fault: 'provider' })
      const answers = call.voice.log.filter(entry => entry.type === 'answer_tool').map(entry => entry.text)
      expect(answers[2]).toContain('several times in a row')
      expect(answers[20]).toContain('used up')
      expect(answers).toHaveLength(31)
    })

    test('a greeting that does not stop is a machine', async () => {
      const call = stage({ takesTurns })
      await call.wait(400)
      await call.says(
        'You are calling the Millers and we are all out in the garden until late tonight and then',
        9_000,
      )
      const { outcome } = await call.over()
      expect(outcome).toMatchObject({ endReason: 'voicemail', answeredBy: 'voicemail', status: 'completed' })
      expect(call.leg.hungUpAtMs).toBeLessThan(6_600)
      expect(call.events).toContainEqual(
        expect.objectContaining({ type: 'answered_by', answered_by: 'voicemail' }),
      )
    })

    test('the words of a machine end the call, too', async () => {
      const call = stage({ takesTurns })
      await call.wait(400)
      await call.says('Hi leave a message after the tone')
      expect((await call.over()).outcome.endReason).toBe('voicemail')
    })

    test('a voice that breaks ends the call within a second', async () => {
      const call = stage({ takesTurns })
      await call.wait(2_000)
      const fault = new VoiceFault('scripted', 'unreachable', { message: 'the socket closed' })
      call.voice.emit({ type: 'fault', fault, fatal: false })
      await call.wait(1_500)
      expect(call.ended).toBe(false)
      call.voice.emit({ type: 'fault', fault, fatal: true })
      await call.wait(1_050)
      expect(call.ended).toBe(true)
      const { outcome } = await call.over()
      expect(outcome).toMatchObject({ status: 'failed', endReason: 'provider_error', fault: 'provider' })
      expect(outcome.errorMessage).toContain('the socket closed')
    })

    test('a reply that fails is asked for again, but not for ever', async () => {
      const once: Script = ({ turn }) => (turn === 1 ? { fails: true } : { text: 'Here I am.' })
      const call = stage({ script: once, takesTurns })
      await call.agentAnswers()
      await call.says('Hello there')
      await call.agentAnswers()
      expect(call.heardByCallee().at(-1)?.text).toBe('Here I am.')
      call.stop('now')
      await call.over()
      const never = stage({ script: () => ({ fails: true }), takesTurns })
      await never.agentAnswers()
      await never.says('Hello there')
      expect((await never.over()).outcome.endReason).toBe('provider_error')
    })

    test('pressed keys are one number for the agent', async () => {
      const call = stage({ script: () => ({ text: 'Thank you, I have noted it.' }), takesTurns })
      await call.agentAnswers()
      call.leg.press('12')
      await call.wait(1_000)
      call.leg.press('34')
      await call.agentAnswers()
      call.leg.press('5#')
      await call.agentAnswers()
      call.stop('now')
      const conversation = await call.over()
      expect(lines(conversation).slice(1)).toEqual([
        'dtmf: 1234',
        'assistant: Thank you, I have noted it.',
        'dtmf: 5#',
        'assistant: Thank you, I have noted it.',
      ])
      expect(call.voice.log.filter(entry => entry.type === 'tell')[0]?.text).toContain('1234')
    })

    test('without a first sentence the agent opens by itself', async () => {
      const script: Script = ({ guidance: cue }) => ({
        text: cue === guidance.opening ? 'Hello, Sarah here.' : 'Yes?',
      })
      const call = stage({ script, takesTurns, plan: { firstSentence: null } })
      await call.agentAnswers()
      expect(call.heardByCallee()[0]).toMatchObject({ text: 'Hello, Sarah here.' })
      call.stop('now')
      await call.over()
    })

    test('speech that nobody understood is asked about', async () => {
      const script: Script = ({ guidance: cue, heard }) =>
        cue === guidance.notUnderstood || heard === '' ? { text: 'Pardon?' } : { text: 'I see.' }
      const call = stage({ script, takesTurns })
      await call.agentAnswers()
      await call.says('', 800)
      await call.agentAnswers()
      await call.wait(1_000)
      expect(call.heardByCallee().at(-1)?.text).toBe('Pardon?')
      call.stop('now')
      expect(lines(await call.over())).toEqual([`assistant: ${firstSentence}`, 'assistant: Pardon?'])
    })

    test('the process has to go', async () => {
      const call = stage({ takesTurns })
      await call.wait(500)
      call.abandon.abort()
      expect((await call.over()).outcome).toMatchObject({
        endReason: 'node_lost',
        fault: 'ours',
        status: 'failed',
      })
      expect(call.leg.hungUpAtMs).not.toBeNull()
    })
  },
)

test('an unfinished sentence is waited for', async () => {
  const call = stage({ script: () => ({ text: 'I see.' }) })
  await call.agentAnswers()
  await call.says('I would like to')
  await call.wait(1_500)
  expect(call.voice.log.filter(entry => entry.type === 'respond')).toHaveLength(0)
  await call.says('come on Friday')
  await call.agentAnswers()
  expect(call.voice.log.filter(entry => entry.type === 'respond')).toHaveLength(1)
  call.stop('now')
  await call.over()
})

test('a sound that stopped the agent and was nothing lets it go on', async () => {
  const script: Script = ({ guidance: cue }) => ({
    text: cue === guidance.goOn ? 'As I was saying.' : 'What?',
  })
  const call = stage({ script })
  await call.wait(2_000)
  await call.says('', 150)
  await call.wait(3_500)
  expect(call.heardByCallee().at(-1)?.text).toBe('As I was saying.')
  call.stop('now')
  await call.over()
})
