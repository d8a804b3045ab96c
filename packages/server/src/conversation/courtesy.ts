/** Tells words that end a talk from words that go on with it, in the languages most calls are held in. */

const goodbyes = [
  /\b(good ?bye|bye|take care|farewell|so long|see (you|ya)|talk (to you )?(soon|later)|speak (to you )?(soon|later))\b/u,
  /\bhave (a|an) (\p{L}+ ){0,4}(day|one|morning|afternoon|evening|night|weekend|week|time)\b/u,
  /\b(adi[oó]s|hasta (luego|pronto|mañana|la vista)|chao|chau|que tengas? (un |una )?(muy )?(buen|buena|lindo|linda|feliz))/u,
  /\b(au revoir|bonne (journée|soirée|fin)|à bientôt|à (demain|plus)|salut)/u,
  /\b(auf wieder(hören|sehen|schauen)|tschüss?|bis (bald|dann|morgen|später)|schönen (tag|abend|nachmittag)|ade)\b/u,
  /\b(arrivederci|buona (giornata|serata)|ci sentiamo|tchau|até (logo|breve|mais)|tenha um (bom|ótimo)|tot ziens|fijne dag)/u,
]

const thanks =
  /\b(thanks?( you)?|thank you|cheers|gracias|merci|danke( schön)?|vielen dank|grazie|obrigad[oa]|bedankt)\b/gu

const questions =
  /[?¿]|\b(what|when|where|why|how|who|which|wait|actually|hold on|hang on|one more|can|could|would|do|does|did|is there|are there|sorry but|qué|cuándo|dónde|cómo|quién|espere?|pero|quand|comment|pourquoi|attendez|mais|wann|wo|wie|warum|wer|moment|aber)\b/u

const fillers = new Set(
  `ok okay alright all right yes yeah yep yup sure great perfect good fine cool wonderful excellent lovely nice awesome
  you too as well the same to and so much very a lot i will that's that is it no nope sounds bye now then mm hmm uh huh mhm um
  sí si vale bueno bien perfecto igualmente muchas muy no oui d'accord bien parfait de rien beaucoup également vous aussi
  ja gut alles klar prima nein ebenso gleichfalls auch ihnen va bene sì perfetto tudo bem sim`.split(/\s+/u),
)

/** The agent's words contain a goodbye. */
export function saysGoodbye(text: string): boolean {
  const plain = plainOf(text)
  return goodbyes.some(goodbye => goodbye.test(plain))
}

/**
 * The callee's words over a farewell are nothing but goodbye, thanks and assent. Anything else means that
 * the talk goes on: hanging up on a question is worse than a goodbye too many.
 */
export function isCourtesy(text: string): boolean {
  const plain = plainOf(text)
  const rest = goodbyes.reduce((left, goodbye) => left.replace(goodbye, ' '), plain).replace(thanks, ' ')
  if (questions.test(rest)) return false
  if (rest !== plain && saysGoodbye(text)) return true
  return rest.split(/[^\p{L}'’]+/u).every(word => word === '' || fillers.has(word))
}

function plainOf(text: string): string {
  return text.toLowerCase().replaceAll('’', "'")
}
