// The parameters of GraphQL over HTTP, from a body or an address. Pure; every fault is a sentence.

import type { GraphQLParams } from 'graphql-yoga'

export type ParamsOrFault = { params: GraphQLParams } | { fault: string }

/** From the body of a POST with application/json. Members that nobody defined are ignored. */
export function paramsOfBody(text: string): ParamsOrFault {
  const body = parseJson(text)
  if (body === undefined) return { fault: 'The body is not JSON. Send {"query": "…"}.' }
  if (Array.isArray(body)) {
    return { fault: 'The body is a list; operations are not batched. Send one {"query": "…"}.' }
  }
  if (!isMap(body)) return { fault: 'The body is not a JSON object. Send {"query": "…"}.' }
  return checked(body)
}

/** From the query string of a GET; variables and extensions are JSON in it. */
export function paramsOfUrl(query: URLSearchParams): ParamsOrFault {
  const members: Record<string, unknown> = {
    query: query.get('query') ?? undefined,
    operationName: query.get('operationName') || undefined,
  }
  for (const name of ['variables', 'extensions']) {
    const text = query.get(name)
    if (!text) continue
    members[name] = parseJson(text)
    if (members[name] === undefined) return { fault: `The parameter "${name}" is not JSON.` }
  }
  return checked(members)
}

function checked(members: Record<string, unknown>): ParamsOrFault {
  const { query, operationName, variables, extensions } = members
  if (query === undefined || query === null || query === '') {
    return { fault: 'The parameter "query" is missing; it holds the GraphQL document.' }
  }
  if (typeof query !== 'string') return { fault: 'The parameter "query" is not a string.' }
  if (operationName != null && typeof operationName !== 'string') {
    return { fault: 'The parameter "operationName" is not a string.' }
  }
  if (variables != null && !isMap(variables)) {
    return { fault: 'The parameter "variables" is not a JSON object.' }
  }
  if (extensions != null && !isMap(extensions)) {
    return { fault: 'The parameter "extensions" is not a JSON object.' }
  }
  return {
    params: {
      query,
      operationName: operationName ?? undefined,
      variables: variables ?? undefined,
      extensions: extensions ?? undefined,
    },
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
