// What an application learns of its installation and of the business: languages, categories of
// people, products, resources and taxes.

import { z } from 'zod'
import { categoriesOf } from './people.ts'
import { accountOf, bookeoRoute, itsAccount, lang, plainRoute } from './route.ts'
import { listOf, onePage, pageOf, pageSchema } from './lists.ts'
import {
  productExample,
  productFields,
  productOf,
  productSchema,
  type ServiceData,
} from './product.ts'
import { pageAsk } from '../numbered.ts'
import { timeOf } from './times.ts'

const noFilters = z.object({})

const apiKeyInfo = plainRoute({
  name: 'getApiKeyInfo',
  summary: 'Tell about the api key',
  group: 'settings',
  method: 'GET',
  path: '/settings/apikeyinfo',
  query: z.object(lang),
  document: `query BookeoApiKeyInfo {
    viewer { installation { accountId permissions approvedAt } } ${itsAccount}
  }`,
  variables: () => ({}),
  answer: {
    status: 200,
    description: 'The account that it is for, and what was granted.',
    schema: z.object({
      accountId: z.string(),
      permissions: z.array(z.string()),
      creationTime: z.string(),
    }),
  },
  reply: (
    {
      viewer: { installation },
    }: {
      viewer: {
        installation: { accountId: string; permissions: string[]; approvedAt: Date } | null
      }
    },
    _input,
    found,
  ) => {
    if (!installation) throw new Error('A call was let in without an installation.')
    const { accountId, permissions, approvedAt } = installation
    return { accountId, permissions, creationTime: timeOf(approvedAt, accountOf(found)) }
  },
  example: {
    answer: {
      accountId: 'AQGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh',
      permissions: ['bookings_r_all', 'customers_r_all'],
      creationTime: '2026-05-01T10:00:00+10:00',
    },
  },
})

const business = bookeoRoute({
  name: 'getBusiness',
  summary: 'Tell about the business',
  description: 'The fields beside `id` and `name` are ours.',
  group: 'settings',
  method: 'GET',
  path: '/settings/business',
  query: z.object(lang),
  document: null,
  variables: () => ({}),
  answer: {
    status: 200,
    description: 'The business.',
    schema: z.object({
      id: z.string(),
      name: z.string(),
      timeZone: z.string(),
      currency: z.string(),
      languageCode: z.string(),
    }),
  },
  reply: (_data, _input, found) => {
    const { id, name, timeZone, currency, locale } = accountOf(found)
    return { id, name, timeZone, currency, languageCode: locale }
  },
  example: {
    answer: {
      id: 'AQGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh',
      name: 'Harbour Tours',
      timeZone: 'Australia/Sydney',
      currency: 'AUD',
      languageCode: 'en-AU',
    },
  },
})

const languages = bookeoRoute({
  name: 'listLanguages',
  summary: 'List the languages that the business is served in',
  description: 'A business has its texts in one language.',
  group: 'settings',
  method: 'GET',
  path: '/settings/languages',
  query: z.object(lang),
  document: null,
  variables: () => ({}),
  answer: {
    status: 200,
    description: 'The languages.',
    schema: z.object({
      data: z.array(
        z.object({
          tag: z.string(),
          name: z.string(),
          isCustomerDefault: z.boolean(),
          isUserDefault: z.boolean(),
        }),
      ),
    }),
  },
  reply: (_data, _input, found) => {
    const { locale: tag } = accountOf(found)
    const name = new Intl.DisplayNames(['en'], { type: 'language' }).of(tag) ?? tag
    return { data: [{ tag, name, isCustomerDefault: true, isUserDefault: true }] }
  },
  example: {
    answer: {
      data: [
        { tag: 'en-AU', name: 'Australian English', isCustomerDefault: true, isUserDefault: true },
      ],
    },
  },
})

const peopleCategories = bookeoRoute({
  name: 'listPeopleCategories',
  summary: 'List the categories of people',
  group: 'settings',
  method: 'GET',
  path: '/settings/peoplecategories',
  query: z.object(lang),
  document: null,
  variables: () => ({}),
  answer: {
    status: 200,
    description: 'The categories; everybody takes one seat.',
    schema: z.object({
      categories: z.array(z.object({ id: z.string(), name: z.string(), numSeats: z.int() })),
    }),
  },
  reply: (_data, _input, found) => ({
    categories: categoriesOf(accountOf(found)).map((each) => ({ ...each, numSeats: 1 })),
  }),
  example: {
    answer: {
      categories: [
        { id: 'Cadults', name: 'Adults', numSeats: 1 },
        { id: 'Cchildren', name: 'Children', numSeats: 1 },
      ],
    },
  },
})

const types = ['fixed', 'fixedCourse', 'flexibleTime'] as const
const productList = listOf(
  'products',
  z.object({
    type: z
      .enum(types, 'has to be fixed, fixedCourse or flexibleTime')
      .optional()
      .describe('Courses there are none.'),
  }),
)

const products = plainRoute({
  name: 'listProducts',
  summary: 'List the products',
  group: 'settings',
  method: 'GET',
  path: '/settings/products',
  query: productList.query,
  document: `query BookeoProducts($filter: ServiceFilter, $first: Int, $skip: Int) {
    services(filter: $filter, first: $first, skip: $skip) {
      totalCount nodes { ${productFields} }
    }
    ${itsAccount}
  }`,
  variables: ({ query }) => {
    const { filters, page, size } = productList.asked(query)
    const kind = { fixed: 'CLASS', flexibleTime: 'APPOINTMENT', fixedCourse: null }
    return {
      ...pageAsk(page, size),
      filter: {
        active: true,
        ...(filters.type && { kind: kind[filters.type] }),
        ...(filters.type === 'fixedCourse' && { serials: [] }),
      },
    }
  },
  answer: { status: 200, description: 'The products.', schema: pageSchema(productSchema) },
  reply: ({ services }: { services: { totalCount: number; nodes: ServiceData[] } }, { query }) =>
    pageOf(services.nodes.map(productOf), services.totalCount, productList.asked(query)),
  example: { query: { type: 'flexibleTime' }, answer: onePage(productExample) },
})

const resourceList = listOf('resources', noFilters)

type Named = { totalCount: number; nodes: { id: string; name: string }[] }

const resources = bookeoRoute({
  name: 'listResources',
  summary: 'List the resources',
  description: 'Staff members first, then rooms and things; `kind` is ours.',
  group: 'settings',
  method: 'GET',
  path: '/settings/resources',
  query: resourceList.query,
  before: [
    {
      document: `query BookeoStaffCount {
        people: staff(filter: { active: true }, first: 0) { totalCount }
      }`,
      variables: () => ({}),
    },
  ],
  document: `query BookeoResources($people: Int, $skip: Int, $things: Int, $thingsSkip: Int) {
    staff(filter: { active: true }, first: $people, skip: $skip) { totalCount nodes { id name } }
    resources(filter: { active: true }, first: $things, skip: $thingsSkip) {
      totalCount nodes { id name }
    }
  }`,
  variables: ({ query }, found) => {
    const { page, size } = resourceList.asked(query)
    const { first, skip } = pageAsk(page, size)
    const people = Math.min(Math.max(found.people.totalCount - skip, 0), first)
    return {
      people,
      skip: people > 0 ? skip : 0,
      things: first - people,
      thingsSkip: Math.max(skip - found.people.totalCount, 0),
    }
  },
  answer: {
    status: 200,
    description: 'Who and what bookings occupy.',
    schema: pageSchema(
      z.object({ id: z.string(), name: z.string(), kind: z.enum(['person', 'thing']) }),
    ),
  },
  reply: ({ staff, resources: things }: { staff: Named; resources: Named }, { query }) =>
    pageOf(
      [
        ...staff.nodes.map(({ id, name }) => ({ id, name, kind: 'person' as const })),
        ...things.nodes.map(({ id, name }) => ({ id, name, kind: 'thing' as const })),
      ],
      staff.totalCount + things.totalCount,
      resourceList.asked(query),
    ),
  example: {
    answer: onePage({
      id: 'BAGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh',
      name: 'Sarah Example',
      kind: 'person' as const,
    }),
  },
})

const taxes = bookeoRoute({
  name: 'listTaxes',
  summary: 'List the taxes',
  description: 'Prices include what taxes there are; none are told apart, so the list is empty.',
  group: 'settings',
  method: 'GET',
  path: '/settings/taxes',
  query: z.object(lang),
  document: null,
  variables: () => ({}),
  answer: {
    status: 200,
    description: 'No taxes.',
    schema: z.object({ data: z.array(z.object({ id: z.string(), name: z.string() })) }),
  },
  reply: () => ({ data: [] }),
  example: { answer: { data: [] } },
})

export const settingsRoutes = [
  apiKeyInfo,
  business,
  languages,
  peopleCategories,
  products,
  resources,
  taxes,
]
