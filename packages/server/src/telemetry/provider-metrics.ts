import { Counter, type Registry } from 'prom-client'
import { VoiceFault, type Voice, type Voices } from '../speech/port.ts'

/** Counts what providers fail with, at the opening of a voice and during its call. */
export function countFaults(voices: Voices, registry: Registry): Voices {
  const faults = new Counter({
    name: 'parley_provider_faults_total',
    help: 'Failures of speech and language providers',
    labelNames: ['provider', 'kind'],
    registers: [registry],
  })
  const count = ({ provider, kind }: VoiceFault) => faults.inc({ provider, kind })
  return {
    async open(session, signal) {
      try {
        return listened(await voices.open(session, signal), count)
      } catch (error) {
        if (error instanceof VoiceFault) count(error)
        throw error
      }
    },
  }
}

function listened(voice: Voice, count: (fault: VoiceFault) => void): Voice {
  return {
    capabilities: voice.capabilities,
    listen: listener =>
      voice.listen(event => {
        if (event.type === 'fault') count(event.fault)
        listener(event)
      }),
    hear: (frame, atMs) => voice.hear(frame, atMs),
    say: (replyId, text) => voice.say(replyId, text),
    respond: (replyId, guidance) => voice.respond(replyId, guidance),
    interrupt: (replyId, playedMs) => voice.interrupt(replyId, playedMs),
    instruct: text => voice.instruct(text),
    tell: text => voice.tell(text),
    answerTool: (toolCallId, result) => voice.answerTool(toolCallId, result),
    [Symbol.asyncDispose]: () => voice[Symbol.asyncDispose](),
  }
}
