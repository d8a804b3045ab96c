import type { FastifyReply, FastifyRequest } from 'fastify'
import { type AuditEntry, recordAudit } from '../store/audit.ts'
import type { Transaction } from '../store/database.ts'
import { holderIn } from './auth.ts'
import type { HttpDeps } from './deps.ts'
import { answerOnce } from './idempotency.ts'

/** What the audit log tells of an act: `target` is the kind of thing and its id. */
export interface Audited {
  readonly action: string
  readonly target: readonly [type: string, id: string | null]
  readonly details?: Readonly<Record<string, unknown>>
}

type ActDeps = Pick<HttpDeps, 'database' | 'sealing'>

export interface Act<Answer> {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  /** Absent: the audit log does not tell of it. */
  readonly audit?: (answer: Answer) => Audited
  /** The answer holds a secret: it is kept sealed. */
  readonly isSecret?: boolean
  /** What was sent, where the request itself does not have it whole. */
  readonly body?: unknown
}

/**
 * Does what a request asks for in one transaction, together with its line in the audit log and its answer under the
 * `Idempotency-Key`: a process that dies in between has done all or nothing, and whoever asks again gets the answer.
 */
export async function act<Answer extends object>(
  deps: ActDeps,
  asked: Act<Answer>,
  work: (trx: Transaction) => Promise<Answer>,
): Promise<Answer> {
  return await actWith(deps, asked, async alongside =>
    deps.database.kysely.transaction().execute(async trx => {
      const answer = await work(trx)
      await alongside(trx, answer)
      return answer
    }),
  )
}

/** As `act`, where the transaction is made further in: `alongside` must be called in it. */
export async function actWith<Answer extends object>(
  deps: ActDeps,
  { request, reply, audit, isSecret, body = request.body ?? null }: Act<Answer>,
  work: (alongside: (trx: Transaction, answer: Answer) => Promise<void>) => Promise<Answer>,
): Promise<Answer> {
  const once = {
    account: holderIn(request).accountId,
    request,
    body,
    ...(isSecret ? { sealing: deps.sealing } : {}),
  }
  const { answer, replayed } = await answerOnce<Answer>(deps.database, once, keep =>
    work(async (trx, done) => {
      await keep(trx, done)
      if (audit) await recordAudit(trx, deps.sealing, auditEntry(request, audit(done)))
    }),
  )
  if (replayed) reply.header('idempotent-replayed', 'true')
  return answer
}

/**
 * As `act`, for what is no change of ours: something outside is asked, or done that may be done twice. Its answer is
 * kept when it is there.
 */
export async function actOutside<Answer extends object>(
  deps: ActDeps,
  asked: Act<Answer>,
  work: () => Promise<Answer>,
): Promise<Answer> {
  return await actWith(deps, asked, async alongside => {
    const answer = await work()
    await deps.database.kysely.transaction().execute(trx => alongside(trx, answer))
    return answer
  })
}

/** Writes into the audit log what the holder of the request's key does. */
export async function auditRequest(
  trx: Transaction,
  deps: Pick<HttpDeps, 'sealing'>,
  { request, told }: { request: FastifyRequest; told: Audited },
): Promise<void> {
  await recordAudit(trx, deps.sealing, auditEntry(request, told))
}

function auditEntry(request: FastifyRequest, { action, target, details = {} }: Audited): AuditEntry {
  const { accountId, keyId } = holderIn(request)
  const [targetType, targetId] = target
  const { ip, id: requestId } = request
  return { account: accountId, keyId, ip, requestId, action, targetType, targetId, details }
}
