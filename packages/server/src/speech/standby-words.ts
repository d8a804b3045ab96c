/** What a voice that was made beforehand says when the live one does not, by language. */
export interface StandbyWords {
  readonly fillers: readonly string[]
  readonly apology: string
}

const words: Readonly<Record<string, StandbyWords>> = {
  en: {
    fillers: ['One moment, please.', 'Just a moment longer, please.'],
    apology: "I'm sorry, I have a technical problem and cannot go on. Goodbye.",
  },
  es: {
    fillers: ['Un momento, por favor.', 'Un momento más, por favor.'],
    apology: 'Lo siento, tengo un problema técnico y no puedo continuar. Adiós.',
  },
  de: {
    fillers: ['Einen Moment, bitte.', 'Noch einen kleinen Moment, bitte.'],
    apology:
      'Es tut mir leid, ich habe ein technisches Problem und kann nicht weitersprechen. Auf Wiederhören.',
  },
  fr: {
    fillers: ["Un instant, s'il vous plaît.", "Encore un instant, s'il vous plaît."],
    apology: "Je suis désolé, un problème technique m'empêche de continuer. Au revoir.",
  },
  it: {
    fillers: ['Un momento, per favore.', 'Ancora un momento, per favore.'],
    apology: 'Mi dispiace, ho un problema tecnico e non posso continuare. Arrivederci.',
  },
  pt: {
    fillers: ['Um momento, por favor.', 'Só mais um momento, por favor.'],
    apology: 'Peço desculpa, tenho um problema técnico e não posso continuar. Adeus.',
  },
}

/** BCP 47; null where nobody has written them yet. */
export function standbyWords(language: string): StandbyWords | null {
  return words[new Intl.Locale(language).language] ?? null
}
