// Requests of Bookeo's routes that can be done, for the authorization table. Everybody asks by an
// application that a person of their role approved, with what their own credential may do.
import { isFailure, viewerOf } from '../../../src/auth/credential.ts'
import type { TestApp } from '../../support/app.ts'
import type { Asked } from '../asked.ts'
import { install, shown } from './bookeo-world.ts'

const installed = new Map<string, Record<string, string>>()

async function installedLike(app: TestApp, token: string): Promise<Record<string, string>> {
  const found = await viewerOf(app.db, `Bearer ${token}`, app.clock.now())
  if (isFailure(found)) throw new Error(found.sentence)
  const { userId, grants } = found.viewer
  const [first = ''] = [...grants.keys()].toSorted()
  const scopes = [...(grants.get(first)?.scopes ?? [])]
  const installing = { accountId: first, scopes, permissions: scopes, approvedById: userId ?? '' }
  return shown(await install(app, installing))
}

export const asked: Asked = {
  dialect: 'bookeo',
  shows: async (app, name, token) => {
    if (token === null) return {}
    const known = installed.get(name) ?? (await installedLike(app, token))
    installed.set(name, known)
    return known
  },
  requests: {
    getApiKeyInfo: () => ({ path: '/settings/apikeyinfo' }),
    getBusiness: () => ({ path: '/settings/business' }),
    listLanguages: () => ({ path: '/settings/languages' }),
    listPeopleCategories: () => ({ path: '/settings/peoplecategories' }),
    listProducts: () => ({ path: '/settings/products' }),
    listResources: () => ({ path: '/settings/resources' }),
    listTaxes: () => ({ path: '/settings/taxes' }),
    listCustomers: () => ({ path: '/customers' }),
    createCustomer: (n) => ({ path: '/customers', body: { firstName: `Nobody ${n}` } }),
    getCustomer: (_n, mine) => ({ path: `/customers/${mine.id('Customer', 0)}` }),
    replaceCustomer: (n, mine) => ({
      path: `/customers/${mine.id('Customer', 0)}`,
      body: { firstName: `Somebody ${n}` },
    }),
    deleteCustomer: (_n, mine) => ({ path: `/customers/${mine.id('Customer', 0)}` }),
  },
}
