// The door at /graphql for POST, GET and SSE: who asks and what is asked is settled here, by
// GraphQL over HTTP (https://graphql.github.io/graphql-over-http/draft/); then the operation runs.

import { getOperationAST, GraphQLError } from 'graphql'
import type { GraphQLParams } from 'graphql-yoga'
import { challengeOf } from '../auth/challenge.ts'
import { isFailure } from '../auth/credential.ts'
import type { Services } from '../context.ts'
import { admit, prepare } from '../graphql/documents.ts'
import { publicError, type ErrorScope } from '../graphql/public-errors.ts'
import { standingHeaders } from '../graphql/spending.ts'
import type { Authenticator } from './authenticate.ts'
import type { Delivery } from './deliver.ts'
import { contentType, HttpFault, headerOf, readBody, wantsHtml } from './exchange.ts'
import type { Door, Exchange } from './exchange.ts'
import { paramsOfBody, paramsOfUrl, type ParamsOrFault } from './graphql-params.ts'
import type { SseDoor } from './sse.ts'
import { answered, resultOf } from './quick-answer.ts'
import { Operation, type OperationRunner } from './yoga.ts'

/** Longest body of a request, in bytes. */
export const maxBodyBytes = 1_048_576

type Parts = {
  services: Services
  authenticator: Authenticator
  run: OperationRunner
  sse: Pick<SseDoor, 'serve'>
  delivery: Delivery
  /** What a browser gets that opens the address. */
  page: Door
}

export function createGraphQLDoor(parts: Parts): Door {
  const { services, authenticator, run, sse, delivery, page } = parts
  return async (exchange) => {
    const { req, res, method, address } = exchange
    if (method !== 'POST' && wantsHtml(exchange)) return page(exchange)
    const operation = new Operation(exchange)
    try {
      const credential = authenticator.shownBy(req)
      const [asked, viewer] = await Promise.all([
        readParams(exchange),
        authenticator.identify(credential, exchange),
      ])
      if (isFailure(viewer)) {
        const challenge = { 'www-authenticate': challengeOf(viewer) }
        operation.fault = fault(401, viewer.sentence, 'UNAUTHENTICATED', challenge)
      } else if ('fault' in asked) {
        operation.fault = fault(400, asked.fault)
      } else {
        const { query, operationName, variables } = asked.params
        const asker = { viewer, address, budgets: services.budgets }
        const admission = admit(asker, prepare(query ?? ''), operationName, variables)
        operation.spending = admission.spending
        tell(res, standingHeaders(admission.spending.standing))
        operation.fault = admission.refusal
        if (!admission.refusal) {
          if (await sse.serve(exchange, asked.params, credential)) return
          refuseSubscription(asked.params)
          operation.viewer = viewer
          operation.params = asked.params
          operation.result = await resultOf(services, operation)
        }
      }
    } catch (error) {
      operation.fault = faultOf(error, operation)
    }
    if (operation.result && answered(exchange, operation, operation.result)) return
    await delivery.deliver(exchange, await run(operation))
  }
}

function tell(res: Exchange['res'], headers: Record<string, string>): void {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
}

async function readParams(exchange: Exchange): Promise<ParamsOrFault> {
  if (exchange.method !== 'POST') {
    refuseEmbedding(exchange)
    return paramsOfUrl(exchange.query)
  }
  const type = contentType(exchange)
  if (type !== 'application/json') {
    const found = type === '' ? 'no content type' : `the content type "${type}"`
    const sentence = `The body has ${found}. Send "content-type: application/json".`
    throw new HttpFault(415, sentence, { 'accept-post': 'application/json' })
  }
  return paramsOfBody(await readBody(exchange, maxBodyBytes))
}

/**
 * A page of another site can make a browser send a GET as an image or a script, without asking us
 * first. A POST cannot be sent so: its content type makes the browser ask.
 */
function refuseEmbedding(exchange: Exchange): void {
  const site = headerOf(exchange, 'sec-fetch-site')
  if (headerOf(exchange, 'sec-fetch-mode') === 'no-cors' && site !== 'same-origin') {
    throw new HttpFault(403, 'A query cannot be embedded into a page. Ask for it with fetch().')
  }
}

/** What is left when it was not asked for as events: nothing could carry more than one result. */
function refuseSubscription({ query, operationName }: GraphQLParams): void {
  const { document } = prepare(query ?? '')
  if (!document || getOperationAST(document, operationName)?.operation !== 'subscription') return
  throw new HttpFault(
    406,
    'A subscription is answered as events: send "accept: text/event-stream", or open a WebSocket ' +
      'with the protocol "graphql-transport-ws".',
  )
}

const codes: Record<number, string> = { 403: 'FORBIDDEN', 429: 'RATE_LIMITED' }

function faultOf(error: unknown, scope: ErrorScope): GraphQLError {
  if (!(error instanceof HttpFault)) return publicError(error, scope)
  return fault(error.status, error.message, codes[error.status], error.headers)
}

function fault(
  status: number,
  message: string,
  code = 'BAD_USER_INPUT',
  headers: Record<string, string> = {},
): GraphQLError {
  const seconds = headers['retry-after']
  const retry = seconds !== undefined && { retryAfterSeconds: Number(seconds) }
  return new GraphQLError(message, { extensions: { code, ...retry, http: { status, headers } } })
}
