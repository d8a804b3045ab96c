import type { NetworkEar, NetworkEars, NetworkEarSession } from './port.ts'
import { speaks } from './speaks.ts'
import type { VoiceParts } from './voices.ts'

/** Recognizers for networks, apart from those of the conversation: a model must not hear what was said before it. */
export function createNetworkEars({ recognizers, detectors }: VoiceParts): NetworkEars {
  return {
    async open(session: NetworkEarSession, signal): Promise<NetworkEar | null> {
      const { language } = session
      const part = recognizers.find(({ languages }) => speaks(languages, language))
      if (!part || !detectors) return null
      const recognizer = await part.adapter.open(
        {
          language,
          onEvent: event => {
            if (event.type === 'final' && event.text.trim() !== '')
              session.onWords(event.text.trim(), event.endMs - event.startMs)
          },
        },
        signal,
      )
      const detector = detectors.open({ onSpeech: event => recognizer.speech(event) })
      return {
        hear(frame, atMs) {
          recognizer.hear(frame, atMs)
          detector.write(frame, atMs)
        },
        async [Symbol.asyncDispose]() {
          detector.close()
          await recognizer[Symbol.asyncDispose]()
        },
      }
    },
  }
}
