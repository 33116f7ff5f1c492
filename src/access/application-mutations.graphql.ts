// The mutations that register, change and delete applications, and install and uninstall them.

import { notFound } from '../errors.ts'
import { demandKey, nowhere } from '../graphql/ids.ts'
import { givenFields } from '../graphql/inputs.ts'
import { mutation, type InputBuilder } from '../graphql/mutations.ts'
import {
  deleteApplication,
  registerApplication,
  rotateApplicationSecret,
  updateApplication,
} from './application.actions.ts'
import { authorizeApplication, uninstallApplication } from './installation.actions.ts'

const name = { description: 'Name for people, at most 200 characters.' }
const description = { description: 'What it does, at most 2,000 characters.' }
const redirectUrl = {
  description:
    'Where owners are sent after they approved or refused it, with `success`, `state` and, on ' +
    'success, `apiKey` added to its query. An https address; http for this machine only.',
}
const secretDescription = 'The secret key of the application.'
const idInput = (t: InputBuilder) => ({
  id: t.id({ required: true, description: 'The application.' }),
})

mutation('registerApplication', {
  description:
    'Registers an application of yours, which owners of accounts may then install at ' +
    '`/authorize?application=…&scopes=…&state=…`.',
  scopes: ['apps:write'],
  data: 'Application',
  dataDescription: 'The new application.',
  secretDescription,
  input: (t) => ({
    name: t.string({ required: true, ...name }),
    description: t.string(description),
    redirectUrl: t.string({ required: true, ...redirectUrl }),
  }),
  resolve: ({ name, description, redirectUrl }, ctx) =>
    registerApplication(ctx, { name, description: description || null, redirectUrl }),
})

mutation('updateApplication', {
  description: 'Changes an application that you registered. What is left out stays.',
  scopes: ['apps:write'],
  data: 'Application',
  dataDescription: 'The application as it is now.',
  input: (t) => ({
    ...idInput(t),
    name: t.string(name),
    description: t.string({ description: `${description.description} Null clears it.` }),
    redirectUrl: t.string(redirectUrl),
  }),
  resolve: ({ id, ...input }, ctx) =>
    updateApplication(ctx, applicationId(id), givenFields(input, ['description'])),
})

mutation('rotateApplicationSecret', {
  description:
    'Gives an application that you registered another secret key. The old one is dead at once.',
  scopes: ['apps:write'],
  data: 'Application',
  dataDescription: 'The application.',
  secretDescription,
  input: idInput,
  resolve: ({ id }, ctx) => rotateApplicationSecret(ctx, applicationId(id)),
})

mutation('deleteApplication', {
  description:
    'Deletes an application that you registered; it is uninstalled from every account at once.',
  scopes: ['apps:write'],
  data: 'Application',
  dataDescription: 'The application as it was.',
  input: idInput,
  resolve: ({ id }, ctx) => deleteApplication(ctx, applicationId(id)),
})

mutation('authorizeApplication', {
  description:
    'Installs an application in an account, or authorises it again: it then has another api key, ' +
    'and the one before is dead at once. You must be an owner of the account, and hold what you ' +
    'grant. The secret is the api key, for the maker of the application.',
  scopes: ['apps:write'],
  data: 'Installation',
  dataDescription: 'The installation.',
  secretDescription: 'The api key of the application in this account.',
  input: (t) => ({
    accountId: t.id({ required: true, description: 'The account.' }),
    applicationId: t.string({
      required: true,
      description: 'The public id of the application, as its maker tells it.',
    }),
    scopes: t.stringList({ required: true, description: 'What is granted to it.' }),
  }),
  resolve: ({ accountId, applicationId, scopes }, ctx) => {
    const account = demandKey('Account', accountId, 'accountId')
    return authorizeApplication(ctx, { accountId: account.id, applicationId, scopes })
  },
})

mutation('uninstallApplication', {
  description: 'Uninstalls an application from its account. Its api key is dead at once.',
  scopes: ['apps:write'],
  data: 'Installation',
  dataDescription: 'The installation as it is now.',
  input: (t) => ({ id: t.id({ required: true, description: 'The installation.' }) }),
  resolve: ({ id }, ctx) => uninstallApplication(ctx, demandKey('Installation', id, 'id')),
})

function applicationId(text: string): string {
  const { accountId, id } = demandKey('Application', text, 'id')
  if (accountId !== nowhere) throw notFound('Application', 'id')
  return id
}
