// What an application that asks is told of its own installation: `viewer { installation }`.

import type { Installation } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { encodeId } from '../graphql/ids.ts'
import { ViewerType } from '../graphql/viewer.graphql.ts'

export const ViewerInstallation = builder.objectRef<Installation>('ViewerInstallation').implement({
  description: 'The installation by whose api key the request is made.',
  open: 'It says only what the asker holds itself.',
  fields: (t) => ({
    id: t.id({
      description: 'Global id of the installation; it stays when it is authorised again.',
      resolve: (row) => encodeId('Installation', row),
    }),
    accountId: t.id({
      description: 'Global id of the account that installed the application.',
      resolve: ({ accountId }) => encodeId('Account', { accountId, id: accountId }),
    }),
    permissions: t.exposeStringList('permissions', {
      description: 'The words in which the application asked for what was granted.',
    }),
    approvedAt: t.expose('approvedAt', {
      type: 'DateTime',
      description: 'When an owner last approved it; its api key is from then.',
    }),
  }),
})

builder.objectField(ViewerType, 'installation', (t) =>
  t.field({
    type: ViewerInstallation,
    nullable: true,
    description: 'Of an application that asks, its installation; null for everybody else.',
    resolve: ({ kind, id, grants }, _args, { db }) => {
      const [accountId] = grants.keys()
      if (kind !== 'INSTALLATION' || accountId === undefined) return null
      return db.prisma.installation.findUnique({ where: { accountId_id: { accountId, id } } })
    },
  }),
)
