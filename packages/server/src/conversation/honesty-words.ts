/** Whether somebody asks if a machine is speaking, and whether an answer says so, in the languages most calls are held in. */

const machine =
  String.raw`(robot|bot|chat ?bot|machine|computer|recording|a\.?i\.?|artificial intelligence|automated|virtual|` +
  String.raw`voice assistant|synthetic)s?`
const person = String.raw`(human( being)?|(real|live|actual|living) (person|human|man|woman|one)|a person|someone real)`

const questions = [
  /\b(are|r) (you|u|ya) (even |actually |really )?(real|alive)\b/u,
  new RegExp(String.raw`\b(are|r) (you|u|ya)\b[^.?!]{0,30}\b(${machine}|${person})\b`, 'u'),
  new RegExp(String.raw`\bis (this|that|it|there|she|he)\b[^.?!]{0,25}\b(${machine}|${person})\b`, 'u'),
  new RegExp(
    String.raw`\b(am i|i'm|i am|are we) (talking|speaking|chatting|connected)\b[^.?!]{0,15}\b(${machine}|${person})\b`,
    'u',
  ),
  new RegExp(
    String.raw`\b(you're|you are|you sound|this is|this sounds|that sounds|you seem)\b[^.?!]{0,20}\b(robot(ic)?|bot|machine|computer|recording|a\.?i\.?|automated)\b`,
    'u',
  ),
  new RegExp(
    String.raw`\b(person|human) or (a |an )?${machine}\b|\b${machine} or (a |an )?(real )?(person|human)\b`,
    'u',
  ),
  /\b(eres|es usted|es|sois|estoy hablando con|hablo con)\b[^.?!¿¡]{0,25}(robot|maquina|bot|humano|humana|persona|grabacion|inteligencia artificial|\bia\b|ordenador|computadora|real)/u,
  /\b(etes[- ]vous|vous etes|tu es|es[- ]tu|est[- ]ce (que )?(c'est|vous etes|je parle)|je parle|c'est)\b[^.?!]{0,25}(robot|machine|humain|vraie personne|enregistrement|intelligence artificielle|\bia\b|ordinateur)/u,
  /\b(sind sie|bist du|ist das|spreche ich|rede ich)\b[^.?!]{0,25}(roboter|maschine|mensch|bot|computer|ki\b|kunstliche|aufnahme|bandansage|automat|echt)/u,
  /\b(sei|lei e|e un[ao]?|sto parlando con|parlo con)\b[^.?!]{0,25}(robot|macchina|umano|umana|persona|registrazione|intelligenza artificiale|\bia\b|computer)/u,
  /\b(voce e|e uma?|estou falando com|falo com|o senhor e|a senhora e)\b[^.?!]{0,25}(robo|maquina|humano|humana|pessoa|gravacao|inteligencia artificial|\bia\b|computador)/u,
]

const admissions =
  /\b(a\.i\.|ai|artificial intelligence|virtual (assistant|agent)|automated|robot|bot|machine|computer program|digital assistant)\b|\b(inteligencia artificial|asistente (virtual|digital)|una ia|robot)\b|\b(intelligence artificielle|assistante? (virtuel|vocal)|une ia)|\b(ki|kunstliche intelligenz|ki-assistent(in)?|roboter|virtuelle[rn]? assistent)|\b(intelligenza artificiale|assistente (virtuale|digitale)|un'ia)\b|\b(inteligencia artificial|assistente virtual|uma ia|robo)\b/u

const denials =
  /\b(not|isn't|ain't|no,? i'm no|never) (a |an |some |any |just )?(a\.?i|robot|bot|machine|computer|recording|automated|virtual)\b|\bi('m| am) (a |an )?(real |actual |live )?(person|human)|\bno soy (un |una )?(robot|maquina|ia|bot|grabaci)|\bsoy (una? )?(persona|human)|\bpas (un |une )?(robot|machine|ia)|\bje suis (un |une )?(humain|vraie personne|personne)|\b(kein|keine) (roboter|maschine|ki|bot|computer)|\bich bin ein (echter )?mensch|\bnon sono (un |una )?(robot|macchina|ia)|\bsono (una? )?(persona|umano)|\bnao sou (um |uma )?(robo|maquina|ia)|\bsou (uma? )?(pessoa|humano)/u

/** The callee wants to know whether they talk to a person. When in doubt yes: the truth too often harms nobody. */
export function asksWhetherHuman(text: string): boolean {
  const plain = plainOf(text)
  return questions.some(question => question.test(plain))
}

/** The words say that a machine is speaking, and do not take it back. */
export function admitsMachine(text: string): boolean {
  const plain = plainOf(text)
  return admissions.test(plain) && !denials.test(plain)
}

const confessions: Readonly<Record<string, string>> = {
  en: 'To be clear: I am an AI assistant, not a person.',
  es: 'Para que quede claro: soy un asistente de inteligencia artificial, no una persona.',
  fr: "Pour être clair : je suis un assistant d'intelligence artificielle, pas une personne.",
  de: 'Um es klar zu sagen: Ich bin ein KI-Assistent, kein Mensch.',
  it: 'Per essere chiari: sono un assistente di intelligenza artificiale, non una persona.',
  pt: 'Para ser claro: sou um assistente de inteligência artificial, não uma pessoa.',
}

/** The truth in the platform's own words; in English where it has none in the language (BCP 47). */
export function confession(language: string): string {
  return confessions[language.split('-')[0]?.toLowerCase() ?? ''] ?? (confessions['en'] as string)
}

/** Without accents, which recognizers drop at will and which `\b` takes for the end of a word. */
function plainOf(text: string): string {
  return text.toLowerCase().normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll('’', "'")
}
