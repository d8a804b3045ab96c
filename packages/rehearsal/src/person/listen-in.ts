import type { Recognizers } from '@parley/engines/recognizer'
import type { SpeechDetectors } from '@parley/engines/speech-detector'
import type { MindEvent } from './mind.ts'
import type { Persona } from './persona.ts'
import type { Note } from './person-event.ts'

/** Real recognition and real voice-activity detection, shared by all calls of a person. */
export interface Ears {
  readonly detectors: SpeechDetectors
  readonly recognizers: Recognizers
}

interface Listener {
  readonly persona: Persona
  readonly log: Note
  readonly feed: (event: MindEvent) => void
}

/** Turns the frames of one call into what the mind understands: when the agent speaks, and which words. */
export function listenIn(ears: Ears, { persona, log, feed }: Listener) {
  const recognizer = ears.recognizers.open({
    language: persona.language,
    onText({ text, final, startMs, endMs }) {
      if (!final) return
      log({ event: 'heard', text, start_ms: Math.round(startMs), end_ms: Math.round(endMs) }, endMs)
      feed({ type: 'recognised', text, atMs: endMs })
    },
  })
  recognizer.expect(expectations(persona))
  const detector = ears.detectors.open({
    stopAfterMs: persona.turn_end_ms,
    onSpeech(speech) {
      const { type, atMs } = speech
      recognizer.speech(speech)
      log({ event: 'agent_speech', speaking: type === 'started' }, atMs)
      feed({ type: type === 'started' ? 'agent_started' : 'agent_stopped', atMs })
    },
  })
  return {
    write(frame: Uint8Array, atMs: number): void {
      recognizer.write(frame, atMs)
      detector.write(frame, atMs)
    },
    close(): void {
      detector.close()
      recognizer.close()
    },
  }
}

/** Everything the persona's rules wait for, and what its author says is likely to be said. */
export function expectations({ rules, expects }: Persona): string[] {
  const phrases = rules.flatMap(({ when }) => (typeof when.hears === 'string' ? [] : when.hears))
  return [...new Set([...phrases, ...expects])]
}
