// A bicycle workshop in Berlin that belongs to somebody else: whoever demonstrates the other
// businesses must never come to see it.

import { lessons, open, span, type Business } from './business.ts'
import { berlin } from './people.ts'

export const outsider: Business = {
  slug: 'speiche-acht',
  name: 'Speiche Acht Fahrradwerkstatt',
  timeZone: 'Europe/Berlin',
  currency: 'EUR',
  locale: 'de-DE',
  people: berlin,
  hours: [...open('Tue-Fri', '10:00', '18:00'), ...open('Sat', '10:00', '14:00')],
  staff: [
    { name: 'Heike Sommer', email: 'heike@speiche-acht.example' },
    { name: 'Deniz Arslan', email: 'deniz@speiche-acht.example' },
  ],
  resources: [{ name: 'Montageständer', capacity: 2 }],
  services: [
    {
      name: 'Inspektion',
      description: 'Brakes, gears, wheels, chain.',
      kind: 'APPOINTMENT',
      durationMinutes: 60,
      priceMinor: 6900,
      slotStepMinutes: 30,
      maxAdvanceDays: 60,
      staff: ['Heike Sommer', 'Deniz Arslan'],
      resources: [['Montageständer']],
      demand: 0.4,
    },
    {
      name: 'Maßrahmen',
      description: 'A frame made to measure.',
      kind: 'APPOINTMENT',
      durationMinutes: 90,
      priceMinor: 12000,
      slotStepMinutes: 30,
      maxAdvanceDays: 60,
      requiresConfirmation: true,
      staff: ['Heike Sommer'],
      demand: 0.2,
    },
    {
      name: 'Schrauberkurs',
      description: 'Mend your own bicycle, with help.',
      kind: 'CLASS',
      durationMinutes: 120,
      priceMinor: 3500,
      capacity: 6,
      maxParty: 2,
      maxAdvanceDays: 60,
      staff: ['Deniz Arslan'],
      timetable: lessons('Thu', '16:00', { staff: 'Deniz Arslan' }),
      demand: 1.28,
      party: { least: 1, most: 2 },
    },
  ],
  exceptions: [{ kind: 'CLOSED', weekday: 3, inDays: 6, reason: 'Betriebsausflug' }],
  blocks: [
    { weekday: 5, inDays: 3, staff: 'Deniz Arslan', ...span('10:00', '13:00'), reason: 'Messe' },
  ],
  customers: { count: 9, tags: ['lastenrad'], groups: [] },
  regulars: [],
  payment: { when: 'VISITED', percent: 100, methods: [['CASH'], ['CREDIT_CARD']] },
}
