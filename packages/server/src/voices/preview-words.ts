/** What a voice says for somebody who chooses one, by language (ISO 639). */
const words: Readonly<Record<string, string>> = {
  ar: 'مرحبًا، هكذا يبدو صوتي على الهاتف. كيف يمكنني مساعدتك اليوم؟',
  bg: 'Здравейте, така звуча по телефона. Как мога да ви помогна днес?',
  cs: 'Dobrý den, takhle zním v telefonu. Jak vám dnes mohu pomoci?',
  da: 'Hej, sådan lyder jeg i telefonen. Hvordan kan jeg hjælpe dig i dag?',
  de: 'Guten Tag, so klinge ich am Telefon. Wie kann ich Ihnen heute helfen?',
  el: 'Γεια σας, έτσι ακούγομαι στο τηλέφωνο. Πώς μπορώ να σας βοηθήσω σήμερα;',
  en: 'Hello, this is how I sound on the phone. How can I help you today?',
  es: 'Hola, así sueno por teléfono. ¿En qué puedo ayudarle hoy?',
  fi: 'Hei, tältä kuulostan puhelimessa. Miten voin auttaa tänään?',
  fr: 'Bonjour, voici ma voix au téléphone. Comment puis-je vous aider ?',
  he: 'שלום, כך אני נשמע בטלפון. איך אפשר לעזור היום?',
  hi: 'नमस्ते, फ़ोन पर मेरी आवाज़ ऐसी है। आज मैं आपकी क्या मदद करूँ?',
  hu: 'Jó napot, így szól a hangom a telefonban. Miben segíthetek ma?',
  id: 'Halo, beginilah suara saya di telepon. Ada yang bisa saya bantu hari ini?',
  it: 'Buongiorno, questa è la mia voce al telefono. Come posso aiutarla oggi?',
  ja: 'こんにちは、電話ではこのように聞こえます。本日はどのようなご用件でしょうか。',
  ko: '안녕하세요, 전화로는 이렇게 들립니다. 오늘 무엇을 도와드릴까요?',
  nl: 'Goedendag, zo klink ik aan de telefoon. Hoe kan ik u vandaag helpen?',
  no: 'Hei, slik høres jeg ut på telefonen. Hvordan kan jeg hjelpe deg i dag?',
  pl: 'Dzień dobry, tak brzmi mój głos przez telefon. W czym mogę dziś pomóc?',
  pt: 'Olá, é assim que a minha voz soa ao telefone. Como posso ajudar hoje?',
  ro: 'Bună ziua, așa sună vocea mea la telefon. Cu ce vă pot ajuta astăzi?',
  ru: 'Здравствуйте, так мой голос звучит по телефону. Чем могу помочь?',
  sv: 'Hej, så här låter jag i telefonen. Hur kan jag hjälpa dig i dag?',
  th: 'สวัสดี นี่คือเสียงของฉันทางโทรศัพท์ วันนี้มีอะไรให้ช่วยไหม',
  tr: 'Merhaba, telefonda sesim böyle geliyor. Bugün nasıl yardımcı olabilirim?',
  uk: 'Вітаю, так мій голос звучить по телефону. Чим можу допомогти?',
  vi: 'Xin chào, giọng tôi qua điện thoại nghe như thế này. Tôi có thể giúp gì hôm nay?',
  zh: '您好，我在电话里的声音是这样的。今天有什么可以帮您？',
}

const english = 'en'

/** Of the languages of a voice, the first one that there are words for; English where there is none. */
export function previewWords(languages: readonly string[]): { language: string; text: string } {
  for (const language of languages) {
    const text = words[new Intl.Locale(language).language]
    if (text !== undefined) return { language, text }
  }
  return { language: languages[0] ?? english, text: words[english] ?? '' }
}
