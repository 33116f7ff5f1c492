// An account's own words for notices: shown, set, removed, and tried beforehand.

import type { Scope } from '../auth/scope.ts'
import { invalid } from '../errors.ts'
import type { NoticeTemplate } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { demandKey, encodeId } from '../graphql/ids.ts'
import { connectionCost } from '../graphql/limits.ts'
import { connectionType, listBelow, pageArgs } from '../graphql/lists.ts'
import { mutation, type InputBuilder } from '../graphql/mutations.ts'
import { findable, Node } from '../graphql/node.ts'
import type { Rendered } from './message.ts'
import { NoticeKindEnum } from './notice-kind.graphql.ts'
import {
  isOfBookings,
  isOfWaitlist,
  isToCustomer,
  isToStaff,
  staffKinds,
  type NoticeKind,
} from './notice.ts'
import { deleteNoticeTemplate, previewNotice, setNoticeTemplate } from './notice.actions.ts'

const read: readonly Scope[] = ['accounts:read']

findable('NoticeTemplate', read)

const names =
  'Mustache: `{{recipient.name}}`, `{{customer.name}}`, `{{account.name}}`, `{{service.name}}`, ' +
  '`{{when}}`, `{{#bookings}}{{service}} {{when}} {{staff}} {{number}} {{reason}} ' +
  '{{manageUrl}}{{/bookings}}`, `{{more}}`; of an offer to who waits also ' +
  '`{{#offer}}{{until}} {{url}}{{/offer}}`.'

builder.prismaObject('NoticeTemplate', {
  description: "An account's own words for one kind of notice.",
  interfaces: [Node],
  scopes: read,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (row) => encodeId('NoticeTemplate', row) }),
    kind: t.expose('kind', { type: NoticeKindEnum, description: 'For which notices.' }),
    toStaff: t.exposeBoolean('toStaff', {
      description: 'True: for those to staff; false: for those to customers.',
    }),
    language: t.exposeString('language', {
      description:
        'Language of those who get it, such as "en"; empty: all without one of their own.',
    }),
    subject: t.exposeString('subject', { description: 'Its subject, as a template.' }),
    text: t.exposeString('text', { description: 'The plain text, as a template.' }),
    html: t.exposeString('html', {
      nullable: true,
      description: 'What stands in the HTML, as a template; null: the plain text in paragraphs.',
    }),
    version: t.exposeInt('version', { description: 'Grows by one with every change.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

const TemplateConnection = connectionType<NoticeTemplate>('NoticeTemplate', 'NoticeTemplate')

builder.prismaObjectField('Account', 'noticeTemplates', (t) =>
  t.field({
    type: TemplateConnection,
    description: 'Its own words for notices; for all others there are usual ones.',
    complexity: connectionCost,
    args: pageArgs(t),
    resolve: ({ id }, args, ctx) =>
      listBelow<NoticeTemplate>(
        ctx,
        { accountId: id, id },
        'Account.noticeTemplates',
        args,
        {
          table: 'NoticeTemplate',
          where: [],
          order: { column: 'createdAt', type: 'timestamptz', direction: 'ASC' },
        },
        args,
      ),
  }),
)

const words = (t: InputBuilder, required: boolean) => ({
  subject: t.string({ required, description: `At most 200 characters. ${names}` }),
  text: t.string({ required, description: 'Plain text, at most 10000 characters.' }),
  html: t.string({
    description: 'HTML, at most 50000 characters; left out, the plain text in paragraphs.',
  }),
})

const toStaffText =
  `True: for notices to staff (${staffKinds.join(', ')}); false when left out: for those to ` +
  'customers.'

function wordable(kind: string, toStaff: boolean): NoticeKind {
  if (!isOfBookings(kind) && !isOfWaitlist(kind)) {
    throw invalid(['kind'], `What ${kind} tells is no booking, and has words of the gateway only.`)
  }
  if (toStaff && !isToStaff(kind)) {
    throw invalid(['toStaff'], `${kind} is told to customers only.`)
  }
  if (!toStaff && !isToCustomer(kind) && !isOfWaitlist(kind)) {
    throw invalid(['toStaff'], `${kind} is told to staff only.`)
  }
  return kind
}

mutation('setNoticeTemplate', {
  description: 'Says a kind of notice in words of your own, or in others than before.',
  scopes: ['accounts:write'],
  data: 'NoticeTemplate',
  dataDescription: 'The words as they are now.',
  refusals: ['VERSION_CONFLICT', 'LIMIT_REACHED'],
  input: (t) => ({
    accountId: t.id({ required: true, description: 'The account whose notices they are for.' }),
    kind: t.field({ type: NoticeKindEnum, required: true, description: 'For which notices.' }),
    toStaff: t.boolean({ description: toStaffText }),
    language: t.string({
      description:
        'For readers of this language, such as "en"; left out, for all without one of their own.',
    }),
    ...words(t, true),
    expectedVersion: t.int({
      description: 'Refuse unless the words have this version; 0: unless there are none.',
    }),
  }),
  resolve: ({ accountId, expectedVersion, ...input }, ctx) => {
    const account = demandKey('Account', accountId, 'accountId')
    const { subject, text, html, language, toStaff } = input
    const kind = wordable(input.kind, toStaff ?? false)
    return setNoticeTemplate(
      ctx,
      account.id,
      {
        kind,
        subject: subject ?? '',
        text: text ?? '',
        html: html ?? null,
        language: language ?? '',
        toStaff: toStaff ?? false,
      },
      expectedVersion,
    )
  },
})

mutation('deleteNoticeTemplate', {
  description: 'Goes back to the usual words.',
  scopes: ['accounts:write'],
  data: 'NoticeTemplate',
  dataDescription: 'The words as they were.',
  input: (t) => ({ id: t.id({ required: true, description: 'The template.' }) }),
  resolve: ({ id }, ctx) => deleteNoticeTemplate(ctx, demandKey('NoticeTemplate', id, 'id')),
})

const NoticePreview = builder.objectRef<Rendered>('NoticePreview').implement({
  description: 'What a notice would say.',
  open: 'It is guarded by the mutation that makes it.',
  fields: (t) => ({
    subject: t.exposeString('subject', { description: 'Its subject.' }),
    text: t.exposeString('text', { description: 'The plain text.' }),
    html: t.exposeString('html', { description: 'The HTML, a whole page.' }),
  }),
})

mutation('previewNotice', {
  description:
    'Shows what a notice about a booking would say, or an offer of its time to who waits, and ' +
    'sends nothing.',
  scopes: ['bookings:read', 'customers:read'],
  data: NoticePreview,
  dataDescription: 'What it would say.',
  input: (t) => ({
    bookingId: t.id({ required: true, description: 'A booking to tell of.' }),
    kind: t.field({ type: NoticeKindEnum, required: true, description: 'Which kind of notice.' }),
    toStaff: t.boolean({ description: toStaffText }),
    ...words(t, false),
  }),
  resolve: ({ bookingId, kind: asked, subject, text, html, ...input }, ctx) => {
    const kind = wordable(asked, input.toStaff ?? false)
    const key = demandKey('Booking', bookingId, 'bookingId')
    const template =
      subject == null && text == null
        ? null
        : { subject: subject ?? '', text: text ?? '', html: html ?? null }
    return previewNotice(ctx, key, {
      kind,
      toStaff: input.toStaff ?? false,
      template,
    })
  },
})
