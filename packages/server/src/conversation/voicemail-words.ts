/** What machines say and people hardly do, in the languages most calls are held in. */
const machineWords = [
  /\b(leave|record) (me |us |your |a )*(name|message|number)/u,
  /\b(after|at|following) the (tone|beep|signal)\b/u,
  /\b(you('ve| have) reached|been forwarded to) (the )?(voice ?mail|mail ?box|an automat)/u,
  /\b(can't|cannot|can not|unable to|not available to) (come to|take|answer|get to) (the|your|my) (phone|call)/u,
  /\bdej[ae] (su|tu|un) mensaje|después (de la señal|del tono)|buzón de voz/u,
  /\b(laissez|laisser) (un|votre) message|après le (bip|signal)|boîte vocale|messagerie vocale/u,
  /\bnach dem (signal|ton|piep)|hinterlassen sie|anrufbeantworter/u,
  /\bsegreteria telefonica|dopo il (segnale|bip)|lasciate un messaggio/u,
  /\bdeixe (a )?(sua mensagem|seu recado|um recado)|após o (sinal|bip)|caixa postal|correio de voz/u,
]

const hints = /\b(voice ?mail|mail ?box|mailbox|answering machine)\b/u

/** A person may say "voicemail", in a short sentence or as a question; a greeting that does is long. */
const shortestGreetingMs = 3_000

export function soundsLikeVoicemail(text: string, durationMs: number): boolean {
  const plain = text.toLowerCase().replaceAll('’', "'")
  if (plain.includes('?')) return false
  if (machineWords.some(words => words.test(plain))) return true
  return durationMs >= shortestGreetingMs && hints.test(plain)
}
