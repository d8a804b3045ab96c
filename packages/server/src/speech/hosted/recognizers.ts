import { reconnecting } from '../cascade/reconnecting-recognizer.ts'
import { deepgramRecognizer } from '../cascade/recognizers/deepgram/deepgram.ts'
import { deepgramLanguages } from '../cascade/recognizers/deepgram/languages.ts'
import type { RecognizerPart } from '../voices.ts'
import type { HostedConfig } from './config.ts'

/** What hears in legacy mode: the first one that understands the language of the call. */
export function hostedRecognizers({ deepgram }: HostedConfig): RecognizerPart[] {
  const parts: RecognizerPart[] = []
  if (deepgram) {
    const adapter = reconnecting(deepgramRecognizer(deepgram))
    parts.push({ provider: 'deepgram', languages: deepgramLanguages, adapter })
  }
  return parts
}
