import {
  type AccountObject,
  accountPageSchema,
  accountSchema,
  changeAccountSchema,
  type CreatedAccount,
  createAccountSchema,
  createdAccountSchema,
  listAccountsQuery,
  type SuspendedAccount,
  suspendedAccountSchema,
} from '@parley/contract/accounts'
import { scopes } from '@parley/contract/api-keys'
import { z } from 'zod'
import {
  changeVisibleAccount,
  isOperator,
  operatorOnly,
  resumeAccount,
  suspendAccount,
  visibleAccount,
} from '../../intake/change-account.ts'
import { changedSettings, settingsObject } from '../../store/account-settings.ts'
import { type AccountRow, createAccount, findAccount, listAccounts } from '../../store/accounts.ts'
import { insertApiKey, newApiKey } from '../../store/api-keys.ts'
import type { Transaction } from '../../store/database.ts'
import { notifyCall } from '../../store/notify.ts'
import { newWebhookSecret } from '../../store/webhook-subscriptions.ts'
import { act } from '../act.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'
import { refuseCursor } from '../validation.ts'

const tags = ['Accounts']
const params = z.object({ id: z.string() })
const access = { config: { access: 'admin' as const } }

export function accountRoutes(app: Api, deps: HttpDeps): void {
  readingRoutes(app, deps)
  creatingRoute(app, deps)
  changingRoute(app, deps)
  suspendingRoute(app, deps)
  resumingRoute(app, deps)
}

function readingRoutes(app: Api, { database }: HttpDeps): void {
  app.get(
    '/v1/accounts',
    {
      ...access,
      schema: {
        tags,
        summary: 'List accounts, newest first',
        description: 'All of them to administrators of the operator’s account, to others their own.',
        querystring: listAccountsQuery,
        response: answers({ 200: accountPageSchema }),
      },
    },
    async request => {
      const { accountId } = holderIn(request)
      const only = (await isOperator(database, accountId)) ? null : accountId
      const page = await listAccounts(database, { ...request.query, only }).catch(refuseCursor)
      return { ...page, data: page.data.map(accountObject) }
    },
  )
  app.get(
    '/v1/accounts/:id',
    {
      ...access,
      schema: { tags, summary: 'An account', params, response: answers({ 200: accountSchema }) },
    },
    async request =>
      accountObject(await visibleAccount(database, holderIn(request).accountId, request.params.id)),
  )
}

function creatingRoute(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/accounts',
    {
      ...access,
      schema: {
        tags,
        summary: 'Open an account',
        description:
          'For the operator. The answer shows a key of the account and its webhook secret, this once.',
        body: createAccountSchema,
        response: answers({ 201: createdAccountSchema }),
      },
    },
    async (request, reply) => {
      await operatorOnly(deps.database, holderIn(request).accountId)
      const audit = ({ id }: CreatedAccount) =>
        ({ action: 'account.created', target: ['account', id] }) as const
      const answer = await act<CreatedAccount>(deps, { request, reply, audit, isSecret: true }, trx =>
        openAccount(trx, deps, request.body),
      )
      reply.code(201).header('location', `/v1/accounts/${answer.id}`).header('cache-control', 'no-store')
      return answer
    },
  )
}

async function openAccount(
  trx: Transaction,
  { sealing }: HttpDeps,
  { name, settings: wanted }: z.output<typeof createAccountSchema>,
): Promise<CreatedAccount> {
  const webhookSecret = newWebhookSecret()
  const settings = changedSettings({}, wanted)
  const account = await createAccount(trx, { name, webhookSecret, sealing, settings })
  const key = newApiKey()
  const grant = { name: 'Administrator', scopes: [...scopes], allowed_ips: [] }
  await insertApiKey({ kysely: trx }, { account, key, grant })
  const row = await findAccount({ kysely: trx }, account)
  if (row === null) throw new Error('an account that was made is not there')
  return { ...accountObject(row), key, webhook_secret: webhookSecret }
}

function changingRoute(app: Api, deps: HttpDeps): void {
  app.patch(
    '/v1/accounts/:id',
    {
      ...access,
      schema: {
        tags,
        summary: 'Change an account’s name and settings',
        description:
          'An account’s own administrators may set `disclosure`, `consent_required` and `retention`; the rest is the operator’s.',
        params,
        body: changeAccountSchema,
        response: answers({ 200: accountSchema }),
      },
    },
    async (request, reply) => {
      const at = { asking: holderIn(request).accountId, id: request.params.id }
      const { name, settings } = request.body
      const changed = [...(name === undefined ? [] : ['name']), ...Object.keys(settings ?? {})]
      const audit = ({ id }: AccountObject) =>
        ({ action: 'account.changed', target: ['account', id], details: { changed, settings } }) as const
      return await act<AccountObject>(deps, { request, reply, audit }, async trx =>
        accountObject(await changeVisibleAccount(trx, at, request.body)),
      )
    },
  )
}

function suspendingRoute(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/accounts/:id/suspend',
    {
      ...access,
      schema: {
        tags,
        summary: 'Stop all calls of an account',
        description:
          'For the operator: no call is placed or taken any more, waiting ones are cancelled, live ones hung up.',
        params,
        body: z.strictObject({}).nullish(),
        response: answers({ 200: suspendedAccountSchema }),
      },
    },
    async (request, reply) => {
      await operatorOnly(deps.database, holderIn(request).accountId)
      const audit = ({ id }: SuspendedAccount) =>
        ({ action: 'account.suspended', target: ['account', id] }) as const
      const ended: Awaited<ReturnType<typeof suspendAccount>>[] = []
      const answer = await act<SuspendedAccount>(deps, { request, reply, audit }, async trx => {
        const done = await suspendAccount(trx, request.params.id)
        ended.push(done)
        const counts = { cancelled_calls: done.cancelled.length, stopped_calls: done.stopped.length }
        return { ...accountObject(done.row), ...counts }
      })
      for (const { cancelled, stopped } of ended) {
        for (const id of stopped) await notifyCall(deps.database, id, 'stop')
        for (const id of cancelled) await notifyCall(deps.database, id, 'webhook')
      }
      return answer
    },
  )
}

function resumingRoute(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/accounts/:id/resume',
    {
      ...access,
      schema: {
        tags,
        summary: 'Let an account that was suspended have calls again',
        params,
        body: z.strictObject({}).nullish(),
        response: answers({ 200: accountSchema }),
      },
    },
    async (request, reply) => {
      await operatorOnly(deps.database, holderIn(request).accountId)
      const audit = ({ id }: AccountObject) =>
        ({ action: 'account.resumed', target: ['account', id] }) as const
      return await act<AccountObject>(deps, { request, reply, audit }, async trx =>
        accountObject(await resumeAccount(trx, request.params.id)),
      )
    },
  )
}

function accountObject({ id, name, is_operator: operator, settings, created_at }: AccountRow): AccountObject {
  return {
    id,
    name,
    operator,
    suspended: settings.suspended === true,
    settings: settingsObject(settings),
    created_at: created_at.toISOString(),
  }
}
