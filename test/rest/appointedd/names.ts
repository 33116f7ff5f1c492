// What the recordings call the things of their world.
import type { TestApp } from '../../support/app.ts'
import { mount, type TwoBusinesses } from './appointedd-world.ts'

export function namesOf({ url }: TestApp, world: TwoBusinesses): Record<string, string> {
  const { clinic, studio, foreign, bookings, sessionId } = world
  const [one = '', two = ''] = clinic.staffIds
  return {
    base: url + mount,
    clinic: clinic.id('Account'),
    studio: studio.id('Account'),
    foreignAccount: foreign.id('Account'),
    cut: clinic.id('Service', clinic.serviceId),
    yoga: studio.id('Service', studio.serviceId),
    one: clinic.id('StaffMember', one),
    two: clinic.id('StaffMember', two),
    teacher: studio.id('StaffMember', studio.staffIds[0]),
    ada: clinic.id('Customer', clinic.customerId),
    adaOfStudio: studio.id('Customer', studio.customerId),
    first: bookings.first,
    second: bookings.second,
    seats: bookings.seats,
    foreign: bookings.foreign,
    session: sessionId,
  }
}
