/** https://learn.microsoft.com/azure/ai-services/speech-service/language-support?tabs=stt */
const locales =
  'en-US en-GB en-AU en-CA en-IN en-IE en-NZ es-ES es-MX es-US es-AR es-CO es-CL fr-FR fr-CA de-DE de-AT de-CH it-IT pt-BR pt-PT nl-NL pl-PL sv-SE da-DK nb-NO fi-FI cs-CZ el-GR hu-HU ro-RO tr-TR uk-UA ru-RU ar-EG ar-SA he-IL hi-IN id-ID vi-VN th-TH ja-JP ko-KR zh-CN'

export const azureRecognizedLanguages: readonly string[] = locales.split(' ')
