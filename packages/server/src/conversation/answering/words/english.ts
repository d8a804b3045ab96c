import type { AnswerWords } from './answer-words.ts'

export const english: AnswerWords = {
  voicemail: [
    /\b(leave|record) (me |us |your |a |an )*(brief |short |detailed )?(message|number)\b/u,
    // A name alone may be what a screener asks for, whose next words are still to come.
    /\b(leave|record) (me |us |your |a |an )*name\b.{1,30}\b(message|number|tone|beep)\b/u,
    /\b(after|at|following|wait for) the (tone|beep|signal)\b/u,
    /\b(you('ve| have) reached|been forwarded to|transferred to|this is) (the |an? |my )?(voice ?mail|mail ?box|automat)/u,
    /\bvoice (mail|message) (system|service)\b/u,
    /\b(can't|cannot|can not|unable to|not available to|not able to|unavailable to) (come to|take|answer|get to) (the|your|my) (phone|call)/u,
    /\b(i'll|i will|we'll|we will) (get back to|call|return) (you|your call)( back)? as soon as\b/u,
    /\b(mail ?box|memory) is full\b/u,
    /\bnot available\b.{0,40}\b(message|tone|beep)\b/u,
  ],
  voicemailHints: [/\b(voice ?mail|mail ?box|answering machine)\b/u, /\byou('ve| have) reached\b/u],
  screening: [
    /\b(record|state|say|give|leave|tell me) (me )?(your|the) name (and|as well as) (the )?(reason|why|what|purpose)/u,
    /\bname and (the )?(reason|purpose) (for|of) (your |the )?call/u,
    /\bsee if (this|the) person is available\b/u,
    /\bscreening (service|your call|this call|calls)\b/u,
    /\b(call )?assist(ant)? by google\b/u,
    /\b(say|state) your name,? and why you('re| are) calling\b/u,
    /\bbefore i (try to )?(connect|put) you\b.{0,40}\b(ask|tell|what)\b/u,
    /\bperson you('re| are) (calling|trying to reach)\b.{0,60}\b(copy of|recording this|screening)\b/u,
  ],
  waiting: [
    /\b(stay|remain|stand|hold) on the line\b/u,
    /\bplease (hold|wait|stand by)\b/u,
    /\b(connecting|transferring|putting) (you|your call)\b/u,
    /\bi'll see if\b/u,
    /\byour call is (very )?important\b/u,
    /\b(all|our) (of )?(our )?(agents|representatives|lines|operators) are\b/u,
  ],
  menu: [
    /\b(press|dial|push) (the )?(zero|oh|one|two|three|four|five|six|seven|eight|nine|pound|star|hash|[0-9])\b/u,
    /\b(main|following|these) (menu|options)\b/u,
    /\bmenu options have\b|\bour (menu|options) (has|have) (recently )?changed\b/u,
    /\bfor (english|spanish|sales|support|billing|appointments|reservations), ?(press|say|dial)\b/u,
    /\b(if you know|enter) (the|your)( party's)? extension\b/u,
    /\bin a few words,? (please )?(tell|say)\b/u,
  ],
  announcements: [
    [
      'invalid_number',
      [
        /\bnot (currently )?(in|a working) (service|number)\b/u,
        /\bnot a (valid|working)\b/u,
        /\b(has been|is|was) (disconnected|changed|suspended)\b/u,
        /\bno longer in (service|use)\b/u,
        /\b(number|code)\b.{0,30}\b(does not exist|not been recogni[sz]ed|is not recogni[sz]ed|incorrect|invalid)\b/u,
        /\bcheck the number\b/u,
      ],
    ],
    ['blocked', [/\b(not accepting|does not accept|restrictions|been blocked)\b/u]],
    ['busy', [/\b(line|number|subscriber|person|party)\b.{0,40}\b(is|are) (currently )?(busy|engaged)\b/u]],
    [
      'congested',
      [
        /\ball (circuits|lines) are (currently )?busy\b/u,
        /\bcall (can(not|'t)|can not|could not) be completed at this time\b/u,
      ],
    ],
    [
      'unreachable',
      [
        /\b(customer|subscriber|person|party|mobile|phone|number)\b.{0,60}\b(unavailable|not reachable|not available|switched off|out of (the )?(coverage|reach|service area)|can(not|'t| not) be reached)\b/u,
      ],
    ],
    [
      'not_answered',
      [/\b(no ?one|nobody) is (available|answering)\b|\bdoes not answer\b|\bis not answering\b/u],
    ],
  ],
}
