// /admin/users: the customers of the business.

import { z } from 'zod'
import { words } from '../fields.ts'
import { route, type Found, type Input } from '../route.ts'
import { listExample, listNote, listOf, listSchema, pageOf, searchQuery } from './pages.ts'
import { absent, accountField, accountOf, deniedNote, numberIn } from './suite.ts'
import {
  termsOf,
  userExample,
  userFields,
  userOf,
  userSchema,
  userStatus,
  userTerms,
  type UserData,
} from './user.ts'

type Users = { customers: { totalCount: number; nodes: UserData[] } }

const shown = { status: 200, description: `The user. ${deniedNote}`, schema: userSchema }

export const listUsers = route({
  name: 'listUsers',
  summary: 'Search users',
  description:
    `Those whose name, e-mail address or phone number contains \`query\`. ${listNote} Ours: the ` +
    'order is that of their ids, and `status` chooses those that are inactive.',
  group: 'users',
  method: 'GET',
  path: '/admin/users',
  query: z.object({ ...searchQuery, status: userStatus.optional() }),
  document: `query CalendeskUsers($search: String, $active: Boolean, $first: Int, $skip: Int) {
    customers(
      search: $search, filter: { active: $active }, first: $first, skip: $skip
      orderBy: { field: CREATED_AT, direction: ASC }
    ) { totalCount nodes { ${userFields} } }
  }`,
  variables: ({ query }) => ({
    search: query.query?.trim() || null,
    active: query.status !== 'inactive',
    ...pageOf(query),
  }),
  answer: { status: 200, description: 'A page of users.', schema: listSchema(userSchema) },
  reply: ({ customers: { totalCount, nodes } }: Users, { query }, _found, base) =>
    listOf({ totalCount, items: nodes.map(userOf) }, query, `${base}/admin/users`),
  example: {
    query: { query: 'jane@example.com', limit: '10' },
    answer: listExample(userExample),
  },
})

const findUser = `query CalendeskUser($numbers: [Int!]!) {
  customers(filter: { serials: $numbers, active: null }, first: 1) { nodes { id ${userFields} } }
}`

const numbersOf = ({ path }: Input) => ({ numbers: [numberIn(path, 'user')] })

function userIn({ customers }: Users): UserData {
  const [user] = customers.nodes
  if (!user) throw absent('user')
  return user
}

export const getUser = route({
  name: 'getUser',
  summary: 'Get a user',
  group: 'users',
  method: 'GET',
  path: '/admin/users/:id',
  query: z.object({}),
  document: findUser,
  variables: numbersOf,
  answer: shown,
  reply: (data: Users) => userOf(userIn(data)),
  example: { path: { id: '200' }, answer: userExample },
})

const changed = (mutation: string, type: string) => `${mutation}(input: $input) {
  ... on ${type} { data { id ${userFields} } }
  ... on ValidationError { issues { path message } }
  ... on Refusal { code message path }
}`

/** The user as the last of these left it. */
function lastOf(found: Found): z.input<typeof userSchema> {
  const { archiveCustomer, updateCustomer, createCustomer } = found
  return userOf((archiveCustomer ?? updateCustomer ?? createCustomer).data)
}

/** Makes inactive whoever was made or changed before, if that is asked for. */
const deactivate = {
  document: `mutation CalendeskDeactivateUser($input: ArchiveCustomerInput!) {
    ${changed('archiveCustomer', 'ArchiveCustomerSuccess')}
  }`,
  variables: ({ body }: Input, { createCustomer, updateCustomer }: Found) =>
    body['status'] === 'inactive'
      ? { input: { id: (updateCustomer ?? createCustomer).data.id } }
      : null,
}

const newUser = z.object({ name: words(100), ...userTerms, status: userStatus.optional() })

const sent = {
  name: 'Jane',
  surname: 'Smith',
  email: 'jane@example.com',
  status: 'active',
  time_zone: 'Europe/Warsaw',
  tags: ['vip'],
} as const

const termsNote =
  'Ours: `default_phone`; `tags` and `groups` are lists of at most 50 words, and replace those ' +
  'that were there.'

export const createUser = route({
  name: 'createUser',
  summary: 'Create a user',
  description: `Several may have the same e-mail address. ${termsNote}`,
  group: 'users',
  method: 'POST',
  path: '/admin/users',
  query: z.object({}),
  body: newUser,
  before: [
    { document: `query CalendeskAccount { ${accountField} }`, variables: () => ({}) },
    {
      document: `mutation CalendeskCreateUser($input: CreateCustomerInput!) {
        ${changed('createCustomer', 'CreateCustomerSuccess')}
      }`,
      variables: ({ body }, found) => ({
        input: {
          accountId: accountOf(found).id,
          firstName: body.name,
          lastName: body.surname || null,
          ...termsOf(body),
        },
      }),
    },
    deactivate,
  ],
  document: null,
  variables: () => ({}),
  answer: { ...shown, status: 201 },
  reply: (_data, _input, found) => lastOf(found),
  example: { body: sent, answer: userExample },
})

export const updateUser = route({
  name: 'updateUser',
  summary: 'Change a user',
  description:
    `What is left out stays; null clears what may be empty. ${termsNote} A user who has a booking ` +
    'that is not over stays active.',
  group: 'users',
  method: 'PUT',
  path: '/admin/users/:id',
  query: z.object({}),
  body: newUser.partial(),
  before: [
    { document: findUser, variables: numbersOf },
    {
      document: `mutation CalendeskUpdateUser($input: UpdateCustomerInput!) {
        ${changed('updateCustomer', 'UpdateCustomerSuccess')}
      }`,
      variables: ({ body }, found) => {
        const user = userIn(found)
        return {
          input: {
            id: user.id,
            ...namesAfter(user, body),
            ...termsOf(body),
            ...(body.status === 'active' && { active: true }),
          },
        }
      },
    },
    deactivate,
  ],
  document: null,
  variables: () => ({}),
  answer: shown,
  reply: (_data, _input, found) => lastOf(found),
  example: { path: { id: '200' }, body: { time_zone: 'Europe/Warsaw' }, answer: userExample },
})

type Named = { name?: string | undefined; surname?: string | null | undefined }

/** The full name follows the two that this dialect knows; neither given, all stay. */
function namesAfter(user: UserData, { name, surname }: Named) {
  if (name === undefined && surname === undefined) return {}
  const firstName = name ?? userOf(user).name
  const lastName = surname === undefined ? user.lastName : surname || null
  return { firstName, lastName, name: [firstName, lastName].filter(Boolean).join(' ') }
}
