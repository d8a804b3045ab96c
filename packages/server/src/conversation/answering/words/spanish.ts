import type { AnswerWords } from './answer-words.ts'

export const spanish: AnswerWords = {
  voicemail: [
    /\b(dej[ae]|grab[ae]|dejar|grabar|deje?nos)( aquí)? (su|tu|un|el) (nombre|mensaje|recado|número)/u,
    /\b(después|tras|luego|al escuchar|al oír|cuando (oiga|escuche))( de)? (la señal|el tono|del tono|el pitido|del pitido|el bip)/u,
    /\b(buzón|casilla) (de )?(voz|mensajes|personal)/u,
    /\bcontestador( automático)?\b/u,
    /\b(no (puedo|podemos)|en este momento no (puedo|podemos)) (atender|contestar|coger)/u,
    /\bbuzón (está|se encuentra) lleno/u,
  ],
  voicemailHints: [/\bmensaje de voz\b/u, /\bha llamado a\b/u],
  screening: [
    /\b(diga|indique|grabe|di|graba) (su|tu) nombre y (el )?(motivo|la razón|por qué)/u,
    /\bnombre y (el )?(motivo|razón) de (la|su|tu) llamada/u,
    /\b(filtr(o|ado|a|ando)) (de|las|la|sus|esta)? ?llamadas?\b/u,
    /\bver(é|emos)? si (esta|la) persona está disponible/u,
  ],
  waiting: [
    /\b(permanezca|manténgase|espere|no cuelgue|siga) (en (la )?línea|en espera|un momento|por favor)/u,
    /\bno cuelgue\b/u,
    /\b(le|te) (comunico|paso|transfiero|conecto)\b/u,
    /\bsu llamada es (muy )?importante/u,
    /\b(todos )?nuestros (agentes|operadores)\b/u,
  ],
  menu: [
    /\b(presione|pulse|marque|oprima|apriete|diga)( el| la tecla)? (cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|almohadilla|numeral|asterisco|[0-9])\b/u,
    /\b(menú principal|siguientes opciones)/u,
    /\bpara (español|inglés|ventas|soporte|citas|facturación),? (presione|pulse|marque|oprima|diga)/u,
    /\b(marque|introduzca) (la|el|su) (extensión|interno|número de)/u,
  ],
  announcements: [
    [
      'invalid_number',
      [
        /\bnúmero\b.{0,60}\b(no existe|no está asignado|no corresponde|no es correcto|incorrecto|no está en servicio|fuera de servicio|ha cambiado|dado de baja)/u,
        /\bno existe ninguna línea\b/u,
        /\bactualmente no existe\b/u,
      ],
    ],
    ['blocked', [/\b(restringid[oa]|no admite llamadas|no acepta llamadas)/u]],
    ['busy', [/\b(está|se encuentra) (comunicando|ocupad[oa])/u]],
    [
      'congested',
      [/\b(sobrecarga|líneas (están|se encuentran) ocupadas|no es posible completar su llamada|congestión)/u],
    ],
    [
      'unreachable',
      [
        /\b(apagado|fuera de cobertura|no (está|se encuentra) disponible|no (puede|se puede) (ser )?localizad[oa])/u,
      ],
    ],
    ['not_answered', [/\bno contesta\b/u]],
  ],
}
