/** What Universal-3.5 Pro understands live. https://www.assemblyai.com/docs/streaming/universal-3-pro/supported-languages */
export const assemblyAiLanguages: readonly string[] = ['en', 'es', 'de', 'fr', 'pt', 'it']
