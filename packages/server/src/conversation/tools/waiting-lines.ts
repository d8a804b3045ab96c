/** Said while a tool takes its time: what is said first, and then again and again. */
const lines: Readonly<Record<string, readonly [string, ...string[]]>> = {
  en: ['One moment, please.', 'Just a little longer.', 'Thanks for waiting, I am still looking.'],
  es: ['Un momento, por favor.', 'Solo un poco más.', 'Gracias por esperar, sigo mirando.'],
  de: ['Einen Moment, bitte.', 'Es dauert noch ein klein wenig.', 'Danke fürs Warten, ich sehe noch nach.'],
  fr: ['Un instant, s’il vous plaît.', 'Encore un petit moment.', 'Merci de patienter, je regarde encore.'],
  it: ['Un momento, per favore.', 'Ancora un attimo.', 'Grazie per l’attesa, sto ancora guardando.'],
  pt: ['Um momento, por favor.', 'Só mais um pouco.', 'Obrigado por aguardar, ainda estou verificando.'],
  nl: ['Een moment, alstublieft.', 'Nog heel even.', 'Dank u voor het wachten, ik kijk nog even.'],
}

/** The n-th line in a language (BCP 47), counted from 0; null where the platform has no words in it. */
export function waitingLine(language: string, n: number): string | null {
  const known = lines[language.split('-')[0]?.toLowerCase() ?? '']
  if (known === undefined) return null
  return known[n] ?? known[known.length - 1] ?? null
}
