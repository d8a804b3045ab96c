/**
 * What people say on the telephone to whoever called them, as JSGF rules (W3C note of 2000). This is the
 * recognizer's whole knowledge beside the phrases that the brain expects: an utterance is a sequence of
 * these turns of phrase, in any order. Numbers stand as words, as they are heard.
 */
export const PHONE_TALK_RULES = `
<turn> = <common> | <common> | <common> | <listening> | <answer> | <social> | <identity> | <appointment> | <clarify> | <ending> | <machine> | <moment> | <quantity>;

<common> = yes | no | yes please | no thank you | okay | sure | hello | goodbye | bye | thank you | thanks | speaking | yes speaking | who is this
  | wrong number | yes that works for me | that works for me | that works | i can't make it | no i can't make it | hold on | i'm not interested | yes i can
  | are you a robot | yeah sure | thank you goodbye | thanks bye | how about <when> | could we do <when> | <when> | can i (talk | speak) to (a person | someone) | i need to reschedule | that's (right | correct | fine) | i'm fine thank you;

<listening> = mm | mm hmm | mm hmm | uh huh | uh huh | hmm | oh | oh okay | oh i see | i see | i see | okay | ok | alright | right | yeah | got it | sure | of course;

<answer> = <yes> | <no> | <maybe>;
<yes> = yes | yeah | yep | yup | sure | okay | right | correct | exactly | absolutely | definitely
  | perfect | great | of course | certainly | yes please | uh huh | all right | fine | sounds good
  | that sounds (good | great | fine | perfect) | that's (right | correct | fine | good | great | perfect | it)
  | that (works | is (right | correct | fine)) [for me] | (works | good | fine) for me | that would be (fine | great | good | perfect)
  | i (do | am | will | can | would) | i (would | will) be there | i'll be there | i can (make it | do that | come)
  | i confirm | [yes] i (can | would like to) confirm | go ahead | no problem | yes it is | it is | yes i (do | am | will | can | did) | i'd like that;
<no> = no | nope | nah | no thank you | no thanks | not really | not at all | not today | not now | never
  | i don't think so | no i (don't | can't | won't | am not | didn't) | i (can't | cannot | won't | will not) (make it | come | do that | be there)
  | no i (can't | cannot | won't) (make it | come | do that | be there)
  | that (does not | doesn't | won't) work [for me] | that's (not right | not correct | wrong | not me | not possible) | it doesn't
  | i'm not interested | not interested | i don't want [to | it | that] | i don't (need | have) (it | that | one | any) | it is not | no it isn't;
<maybe> = maybe | perhaps | i'm not sure | not sure | i don't know | i have no idea | i guess [so] | i think so | possibly
  | it depends | i have to check | let me (check | see | think) | i need to (check | think about it | ask);

<social> = hello | hi | hey | hello there | good (morning | afternoon | evening | day) | thank you [very much | so much] | thanks [a lot]
  | you're welcome | please | excuse me | sorry | i'm sorry | oh | well | so | nice to (meet | hear from) you
  | how are you [doing | today] | i'm (fine | good | well | okay | great | doing well) | i am (fine | good | well) | very well | and you | that's (nice | kind) [of you];
<identity> = speaking | this is (he | she | him | her | me) | yes speaking | who is this | who's this | who's calling | who is calling [please]
  | who am i speaking (to | with) | who are you | where are you calling from | what company [is this | are you with]
  | what is this (about | regarding) | what's this about | why are you calling [me] | what do you want | how did you get (this | my) number
  | are you (a robot | a machine | human | real | a real person | a computer | an ai | a bot) | is this (a robot | a recording | a machine | an ai | a real person)
  | am i (talking | speaking) to a (robot | machine | person | real person | human | computer)
  | wrong number | you have the wrong (number | person) | you've got the wrong number | (he's | she's) not (here | home | available | in)
  | there is (no one | nobody) here by that name | he doesn't live here | she doesn't live here | my name is | that's me | this is;
<appointment> = <when> | (could | can | may) (we | i | you) <arrange> | i (would | will) (like | need | have | prefer) to <change>
  | i (need | want | have | like) to <change> | i'd (like | prefer | love) to <change> | (can | could) (we | i | you) <change>
  | (how | what) about <when> | is <when> (okay | possible | available | free | good) | i (am | can be | could be) (free | available) [<when>]
  | i'm (free | available | busy) [<when>] | (do you have | is there) (anything | something | a time | an opening) [<when> | earlier | later | else | available]
  | <when> (works | is fine | is good | is better | would be (good | great | better | fine | perfect)) [for me] | <when> (does not | doesn't) work [for me]
  | i (have | want | need) [an | my] (appointment | meeting | reservation | order | booking) | (the | my | an) (appointment | meeting | reservation | order | booking)
  | (cancel | change | confirm | move) (it | that | this | my appointment | the appointment | the meeting | my order | my reservation)
  | please <change> | what (time | day | date) [is (it | that | my appointment | the appointment) [at | on]] | when is (it | that | my appointment | the appointment)
  | where is (it | that | the appointment | your office) | how (much | long) (does it cost | is it | will it take | does it take) | how much
  | (something | anything) (earlier | later | else) | (earlier | later) | i'd prefer <when> | i prefer <when> | make it <when> | let's (do | say | make it) <when>
  | i'm busy [right now] | [<when>] i have (a meeting | to work | another appointment) | i forgot [about it] | i will be (late | there | on time) | i'm (running late | on my way);
<arrange> = (do | make it | say | try | come | meet | come in | schedule it | have it) [<when>];
<change> = (reschedule | cancel | change | move | confirm | book | make | schedule) [it | that | [my | the | an | another] (appointment | meeting | reservation | order | booking)] [to <when> | for <when>];
<when> = [on | at | for | this | next | the] <day> [<at>] [<part>] | <at> [<part>] [[on] <day>] | <part> | (any | some) (time | other day | other time) | as soon as possible
  | (this | next | every) (week | month | weekend | year) | in (<small> | a few) (minutes | hours | days | weeks | months) | <day> or <day> | the day after tomorrow | right now | now | anytime;
<day> = monday | tuesday | wednesday | thursday | friday | saturday | sunday | today | tomorrow | [<weekday>] <month> [the] <ordinal> | the <ordinal> [of <month>] | the weekend;
<weekday> = monday | tuesday | wednesday | thursday | friday | saturday | sunday;
<month> = january | february | march | april | may | june | july | august | september | october | november | december;
<ordinal> = first | second | third | fourth | fifth | sixth | seventh | eighth | ninth | tenth | eleventh | twelfth | thirteenth | fourteenth | fifteenth
  | sixteenth | seventeenth | eighteenth | nineteenth | twentieth | twenty (first | second | third | fourth | fifth | sixth | seventh | eighth | ninth) | thirtieth | thirty first;
<at> = (at | around | about | after | before | by | until) <clock> | <clock>;
<clock> = <hour> (o'clock | <half> | <minutes> [<half>] | o'clock <half>) | (half past | quarter past | quarter to) <hour> | noon | midnight | (at | around | about | after | before) <hour>;
<half> = a m | p m;
<minutes> = fifteen | thirty | forty five | oh five | ten | twenty | forty | fifty;
<part> = [in] [the] (morning | afternoon | evening) | tonight | at night;
<hour> = one | two | three | four | five | six | seven | eight | nine | ten | eleven | twelve;
<small> = <hour> | fifteen | twenty | thirty | a | an;

<quantity> = <digits> | <number> [dollars | people | years | minutes | percent | years old];
<digits> = <digit> <digit> <digit> [<digit>] [<digit>] [<digit>] [<digit>] [<digit>] [<digit>] [<digit>] [<digit>];
<digit> = zero | oh | one | two | three | four | five | six | seven | eight | nine;
<number> = <hour> | <teen> | <tens> [<unit>] | <unit> hundred [[and] (<tens> [<unit>] | <unit>)];
<unit> = one | two | three | four | five | six | seven | eight | nine;
<teen> = thirteen | fourteen | fifteen | sixteen | seventeen | eighteen | nineteen;
<tens> = twenty | thirty | forty | fifty | sixty | seventy | eighty | ninety;

<clarify> = what | pardon | pardon me | what did you say | say that again | (can | could) you (repeat that | say that again | speak up | speak slower | repeat) [please]
  | please repeat [that] | i (didn't | did not) (catch | hear | understand | get) (that | you | it) | sorry i didn't (catch | hear | understand | get) that | i don't understand | i can't hear you | repeat that [please]
  | what do you mean | are you (still there | there) | can you hear me | what was that | again please;
<ending> = goodbye | bye | bye bye | see you [then | later | tomorrow | soon] | have a (good | nice | great) (day | one | evening | weekend) | talk to you later
  | that's all | that is all | that will be all | that's everything | nothing else | take care | i have to go [now] | thanks for calling | thank you for calling [me] | you too
  | stop calling [me] | don't call (me | again | here) [again] | do not call [me] [again] | take me off your list | remove me from your list | remove my number | leave me alone;
<moment> = hold on [a (second | minute | moment)] | just a (second | minute | moment) | one (second | minute | moment) [please] | wait [a (second | minute | moment)] | hang on [a (second | minute)] | hold please
  | call (me | back) [back] [later | tomorrow | <when>] | (can | could) you call [me] back [later | <when>] | i'm (driving | at work | in a meeting) | this is (a bad | not a good) time | i can't talk [right now]
  | (can | could | may) i (speak | talk) (to | with) (a human | a person | a real person | someone | somebody | an agent | a representative | a manager | the manager) | (let me | i want to | i'd like to) (speak | talk) (to | with) (a human | a person | a real person | someone | a manager)
  | transfer me | a (human | representative | person) please;
<machine> = please leave (a | your) message [after the (tone | beep)] | leave a message | you have reached [the voicemail of] | at the tone [please record your message] | after the (tone | beep)
  | (is | are) not available [right now | to take your call] | i'm not available [right now | to take your call] | i can't (come to the phone | take your call) [right now] | i'll (call | get back to) you [back] [as soon as (possible | i can)]
  | the (person | number | party) you (are | have) (calling | dialed | trying to reach) | your call has been forwarded [to (an automatic | a) voice message system] | please (state | say) your name [and (why you're calling | the reason for your call)]
  | please stay on the line | press [the] (<digit> | (pound | star | hash) [key]) | for (sales | support | billing | english) | to (speak | talk) to (an operator | a representative) | the mailbox is full;
`
