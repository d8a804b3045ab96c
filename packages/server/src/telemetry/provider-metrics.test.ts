import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import type { Voice, VoiceEvent, VoiceSession } from '../speech/port.ts'
import { VoiceFault } from '../speech/port.ts'
import { ScriptedVoice } from '../../test/scripted/voice.ts'
import { countFaults } from './provider-metrics.ts'

const session: VoiceSession = {
  mode: 'realtime',
  model: 'm',
  voice: 'v',
  prompt: '',
  purpose: '',
  language: 'en-US',
  temperature: null,
  tools: [],
  facts: {},
}
const { signal } = new AbortController()
const fault = (kind: VoiceFault['kind']) => new VoiceFault('openai', kind, { message: 'It failed' })

async function counted(open: () => Promise<Voice>) {
  const registry = new Registry()
  const voices = countFaults({ open }, registry)
  const count = async (kind: string) => {
    const told = await registry.getSingleMetric('parley_provider_faults_total')?.get()
    return told?.values.find(({ labels }) => labels['provider'] === 'openai' && labels['kind'] === kind)
      ?.value
  }
  return { voices, count }
}

test('a voice that does not open is a fault of its provider; a call that was stopped is none', async () => {
  const reasons: Error[] = [fault('unauthorized'), new DOMException('stopped', 'AbortError')]
  const { voices, count } = await counted(() => Promise.reject(reasons.shift()))
  await expect(voices.open(session, signal)).rejects.toThrow('It failed')
  await expect(voices.open(session, signal)).rejects.toThrow('stopped')
  expect(await count('unauthorized')).toBe(1)
})

test('faults during a call are counted, and the voice is the same for whoever uses it', async () => {
  const inner = new ScriptedVoice(() => ({ text: 'Hello' }), false)
  const { voices, count } = await counted(() => Promise.resolve(inner))
  const voice = await voices.open(session, signal)
  const heard: VoiceEvent[] = []
  voice.listen(event => heard.push(event))
  inner.emit({ type: 'fault', fault: fault('timeout'), fatal: false })
  expect(await count('timeout')).toBe(1)
  expect(heard).toMatchObject([{ type: 'fault', fatal: false }])
  voice.instruct('Be brief')
  voice.tell('Key 1 was pressed')
  voice.respond('a', 'Greet them')
  voice.interrupt('a', 20)
  expect(inner.log.map(({ type }) => type)).toEqual(['instruct', 'tell', 'respond', 'interrupt'])
  await voice[Symbol.asyncDispose]()
})
