import { phrasesOf, type TurnWords, wordsOf } from './turn-words.ts'

export const pt: TurnWords = {
  acknowledgements: new Set(
    phrasesOf(`sim, sim sim, tá, tá bom, ta bom, está bem, ok, okay, certo, claro, isso, isso mesmo, entendi, percebi,
      beleza, perfeito, ótimo, bom, muito bem, com certeza, pois, pois é, ah sim, ah tá, aham, uhum, mhm, mm hm, legal`),
  ),
  noises: wordsOf('mm mmm hm hmm é eh ah ahh oh uh ué ufa ha haha'),
  openEndings:
    wordsOf(`e ou mas porque se quando que como o a os as um uma meu minha seu sua de do da dos das em no na com por
    para é são era está eu nós queria quero posso tenho então tipo não`),
  digits: wordsOf('zero um uma dois duas três quatro cinco seis meia sete oito nove duplo'),
  numbers: wordsOf(
    `dez onze doze treze catorze quinze dezesseis dezessete dezoito dezenove vinte trinta quarenta cinquenta sessenta setenta oitenta noventa cem cento mil`,
  ),
  letters: wordsOf('bê cê dê efe gê agá jota cá ele eme ene pê quê erre esse tê vê dáblio xis ípsilon zê'),
  joiners: wordsOf('arroba ponto traço hífen underline barra'),
  announcements:
    phrasesOf(`meu número é, o número é, meu email é, meu endereço é, o endereço é, moro em, se escreve,
    o código é`),
}
