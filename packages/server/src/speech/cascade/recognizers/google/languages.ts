/** What the model for telephone audio understands. https://docs.cloud.google.com/speech-to-text/docs/speech-to-text-supported-languages */
export const googleLanguages: readonly string[] = [
  'en-US',
  'en-GB',
  'en-AU',
  'en-IN',
  'es-ES',
  'es-US',
  'fr-FR',
  'fr-CA',
  'de-DE',
  'it-IT',
  'pt-BR',
  'pt-PT',
  'nl-NL',
  'hi-IN',
  'ja-JP',
  'ko-KR',
]
