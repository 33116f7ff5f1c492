// Who may do what, as a table that is made by asking: every root field, every field that needs a
// scope and every route of a dialect, by each of seven people. A permission that changes is a diff
// of authz.txt; `UPDATE=1` writes it anew. What it does not cover may only become less.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  getNamedType,
  isLeafType,
  isNonNullType,
  isObjectType,
  type GraphQLObjectType,
} from 'graphql'
import { expect, it } from 'vitest'
import { alternatives, type Needs } from '../../src/auth/scope.ts'
import type { NodeName } from '../../src/graphql/ids.ts'
import { schema } from '../../src/graphql/schema.ts'
import { dialects } from '../../src/rest/dialects.ts'
import { asker } from '../canary/asker.ts'
import { rightArgs, slotsOf, type Args, type Slot } from '../canary/asking.ts'
import { hasExample } from '../canary/examples.ts'
import { waysTo, type Way } from '../canary/ways.ts'
import { fillWorld } from '../canary/world.ts'
import { askedRoutes } from '../rest/asked.ts'
import { testApp } from '../support/app.ts'
import { makeViewers, viewerNames, type ViewerName } from '../support/viewers.ts'

const path = join(import.meta.dirname, 'authz.txt')

const app = await testApp()
const { accounts, tokens } = await makeViewers(app.db, app.clock.now())
const mine = await fillWorld(app.db, accounts.first.id, 'tabled')
const askers = new Map<ViewerName, Awaited<ReturnType<typeof asker>>>()
for (const name of viewerNames) askers.set(name, await asker(app, tokens[name]))

/** Ways to what lies behind fields that need arguments. */
const [service, sessions] = [mine.id('Service'), mine.id('Service', 1)]
const day = 'from: "2026-03-20"'
const through = {
  'Query.availability': `(input: { serviceId: "${sessions}", from: "2026-03-06" })`,
  'Query.firstAvailable': `(serviceIds: ["${service}"])`,
  'Service.availability': `(${day})`,
  'BookingLink.route': '(answers: {})',
}
const ways = waysTo(schema, through)

/** Types that only a mutation answers, by that mutation. */
const answered: Record<string, string> = {
  WebhookDryRun: 'webhookDryRun',
  WebhookReplay: 'replayWebhooks',
}

const needsOf = ({ field }: Way) => (field.extensions['scopes'] ?? []) as Needs
const isRoot = ({ parent }: Way) => ['Query', 'Mutation', 'Subscription'].includes(parent.name)

/** What becomes of it: the words that the head of the table explains. */
function word(value: unknown, codes: (string | undefined)[]): string {
  const [code] = codes
  if (code === 'FORBIDDEN') return 'no'
  if (code === 'UNAUTHENTICATED') return 'key'
  if (code === 'NOT_FOUND') return '-'
  if (code) return code
  if (value === undefined || value === null) return '-'
  return (value as { code?: string }).code === 'NOT_FOUND' ? '-' : 'yes'
}

async function cell(way: Way, name: ViewerName, selection?: string): Promise<string> {
  const { ask, listen } = askers.get(name)!
  const { document, variables } = documentOf(way, selection)
  if (way.operation === 'subscription') {
    const { source, refusal } = await listen(document, variables)
    void source?.return()
    return word(source, codesOf(refusal?.errors))
  }
  const { data, errors } = await ask(document, variables)
  const value = found(data)
  const [only] = Array.isArray(value) && value.length === 1 ? value : [value]
  // A field that is empty was read; a thing that is not there was not.
  return word(isRoot(way) || only === undefined ? only : 'read', codesOf(errors))
}

const codesOf = (errors: readonly { extensions: object }[] = []) =>
  errors.map(({ extensions }) => (extensions as { code?: string }).code)

/** What stands under `result`, however deep and in whichever row it is found first. */
function found(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  if ('result' in value) return value.result
  for (const inner of Object.values(value)) {
    const within = found(inner)
    if (within !== undefined) return within
  }
  return undefined
}

function documentOf(way: Way, selection = selectionOf(way)) {
  const places = slotsOf(way)
  const wanted = ({ path: [name = ''], type }: Slot) => name === 'accounts' || isNonNullType(type)
  const slot =
    places.find(({ name }) => hasExample(name)) ??
    places.find((place) => place.path.length === 1 && wanted(place))
  const given: Args = slot ? rightArgs(slot, mine) : {}
  const used = way.field.args.filter(({ name }) => given[name] !== undefined)
  const variables = used.map(({ name, type }) => `$${name}_: ${String(type)}`)
  if (way.from) variables.unshift('$id: ID!')
  const args = used.map(({ name }) => `${name}: $${name}_`).join(', ')
  const head = variables.length > 0 ? `(${variables.join(', ')})` : ''
  const field = `result: ${way.field.name}${args && `(${args})`} ${selection}`
  return {
    document: `${way.operation} ${head} { ${way.wrap(field)} }`,
    variables: {
      ...Object.fromEntries(used.map(({ name }) => [`${name}_`, given[name]])),
      ...(way.from && { id: mine.id(way.from as NodeName) }),
    },
  }
}

function selectionOf({ field, operation }: Way): string {
  const type = getNamedType(field.type)
  if (isLeafType(type)) return ''
  return operation === 'mutation' ? '{ __typename ... on Refusal { code } }' : '{ __typename }'
}

const scopesText = (needs: Needs) =>
  alternatives(needs)
    .map((all) => all.join('+'))
    .join(' | ') || 'open'

const people: Record<ViewerName, string> = {
  anonymous: 'anonymous',
  readOnly: 'read-only',
  frontDesk: 'front-desk',
  staff: 'staff',
  admin: 'admin',
  multiAccountAdmin: 'multi-admin',
  outsider: 'outsider',
}
const names = viewerNames.map((name) => people[name])
const row = (name: string, needs: string, cells: string[]) =>
  [name.padEnd(40), ...cells.map((text) => text.padEnd(11)), needs].join(' ').trimEnd()

async function rows(chosen: Way[]): Promise<string[]> {
  const lines: string[] = []
  for (const way of chosen.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const cells: string[] = []
    for (const name of viewerNames) cells.push(await cell(way, name))
    lines.push(row(way.name, scopesText(needsOf(way)), cells))
  }
  return lines
}

/** Rows of the fields with scopes of what a mutation answers. */
async function answeredRows(): Promise<string[]> {
  const lines: string[] = []
  for (const [type, mutation] of Object.entries(answered)) {
    const way = ways.find(({ name }) => name === `Mutation.${mutation}`)!
    const success = getNamedType(way.field.type).name.replace(/Result$/, 'Success')
    for (const field of Object.values((schema.getType(type) as GraphQLObjectType).getFields())) {
      const below = isLeafType(getNamedType(field.type)) ? '' : '{ __typename }'
      const data = `data { ${field.name} ${below} }`
      const selection = `{ __typename ... on ${success} { ${data} } ... on Refusal { code } }`
      const cells: string[] = []
      for (const name of viewerNames) cells.push(await cell(way, name, selection))
      const needs = (field.extensions['scopes'] ?? []) as Needs
      lines.push(row(`${type}.${field.name}`, scopesText(needs), cells))
    }
  }
  return lines
}

async function routeRows(): Promise<{ lines: string[]; missing: string[] }> {
  const lines: string[] = []
  const missing: string[] = []
  for (const dialect of dialects) {
    const asked = askedRoutes.find((each) => each.dialect === dialect.name)
    for (const route of dialect.routes) {
      const request = asked?.requests[route.name]
      const name = `${dialect.name} ${route.method} ${route.path}`
      if (!request) {
        missing.push(name)
        continue
      }
      const cells: string[] = []
      for (const [index, viewer] of viewerNames.entries()) {
        const token = tokens[viewer]
        const bearer: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
        const shown = (await asked.shows?.(app, viewer, token)) ?? bearer
        const { path: below, body, headers } = await request(index, mine, app, shown)
        const response = await fetch(`${app.url}${dialect.mounts[0]}${below}`, {
          method: route.method,
          headers: { 'content-type': 'application/json', ...shown, ...headers },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        })
        await response.arrayBuffer()
        cells.push(String(response.status))
      }
      lines.push(row(name, '', cells))
    }
  }
  return { lines, missing }
}

/** Fields with scopes that no way leads to. */
function uncovered(): string[] {
  const reached = new Set(ways.map(({ name }) => name))
  return Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type))
    .filter(({ name }) => !Object.hasOwn(answered, name))
    .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
    .filter(({ field }) => ((field.extensions['scopes'] ?? []) as Needs).length > 0)
    .map(({ type, field }) => `${type.name}.${field.name}`)
    .filter((name) => !reached.has(name))
    .toSorted()
}

const notCovered = (table: string) => table.split('\nNot covered:\n')[1]!.split('\n')

it('is the table that is checked in', { timeout: 180_000 }, async () => {
  const roots = await rows(ways.filter(isRoot))
  const scoped = ways.filter((way) => !isRoot(way) && needsOf(way).length > 0)
  const fields = [...(await rows(scoped)), ...(await answeredRows())].toSorted()
  const { lines, missing } = await routeRows()
  const table = [
    'Who may do what, made by asking. Changes here are permissions that changed.',
    '  yes  done or read, or refused for another reason than rights',
    '  no   FORBIDDEN                key  UNAUTHENTICATED: needs a credential',
    '  -    not there: null or NOT_FOUND, as if it did not exist',
    'Everybody asks for things of one account. Read-only, front desk, staff and admin hold keys of',
    'it, the multi-account admin a client over it and another, the outsider a key of a third.',
    '',
    row('', 'scopes', names),
    ...roots,
    '',
    ...fields,
    '',
    row('Routes of dialects, by HTTP status', '', names),
    ...lines,
    '',
    'Not covered:',
    ...[...uncovered(), ...missing].map((name) => `  ${name}`),
    '',
  ].join('\n')
  const before = readFileSync(path, 'utf8')
  expect(notCovered(table).filter((name) => !notCovered(before).includes(name))).toEqual([])
  if (process.env['UPDATE']) writeFileSync(path, table)
  expect(readFileSync(path, 'utf8')).toBe(table)
})
