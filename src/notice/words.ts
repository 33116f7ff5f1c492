// What notices say unless an account has words of its own: one table for each language. Pure.

import type { CustomerNotice, StaffNotice, WaitlistNotice } from './notice.ts'

type Said = { subject: string; sentence: string }

export type Words = {
  greeting: string
  /** Before the names of those who do it. */
  withWhom: string
  number: string
  reason: string
  /** Before the address at which the customer manages the booking. */
  manage: string
  /** Before the address at which an offer is accepted. */
  accept: string
  said: Readonly<
    Record<`customer ${Exclude<CustomerNotice, 'THANKS'>}` | `staff ${StaffNotice}`, Said>
  >
  thanks: Said
  waiting: Readonly<Record<WaitlistNotice, Said>>
}

const en: Words = {
  greeting: 'Hello {{recipient.name}},',
  withWhom: 'with',
  number: 'Booking number',
  reason: 'Reason',
  manage: 'See, move or cancel it',
  accept: 'Accept it, or give it up, by {{until}}:',
  said: {
    'customer CONFIRMATION': {
      subject: 'Confirmed: {{service.name}}, {{when}}',
      sentence: 'your booking at {{account.name}} is confirmed.',
    },
    'customer REQUEST': {
      subject: 'Received: {{service.name}}, {{when}}',
      sentence: 'we have your request. You hear from us as soon as it is confirmed.',
    },
    'customer CHANGE': {
      subject: 'Changed: {{service.name}}, {{when}}',
      sentence: 'your booking at {{account.name}} has changed. This is how it is now:',
    },
    'customer DECLINED': {
      subject: 'Declined: {{service.name}}, {{when}}',
      sentence: 'we are sorry: your request cannot be confirmed.',
    },
    'customer CANCELLATION': {
      subject: 'Cancelled: {{service.name}}, {{when}}',
      sentence: 'your booking at {{account.name}} is cancelled.',
    },
    'customer REMINDER': {
      subject: 'Reminder: {{service.name}}, {{when}}',
      sentence: 'we are looking forward to seeing you.',
    },
    'staff CONFIRMATION': {
      subject: 'New booking: {{service.name}}, {{when}}',
      sentence: '{{customer.name}} has booked.',
    },
    'staff REVIEW': {
      subject: 'Please review: {{service.name}}, {{when}}',
      sentence: '{{customer.name}} asks for a booking, which waits to be confirmed or declined.',
    },
    'staff CHANGE': {
      subject: 'Changed: {{service.name}}, {{when}}',
      sentence: 'the booking of {{customer.name}} has changed. This is how it is now:',
    },
    'staff CANCELLATION': {
      subject: 'Cancelled: {{service.name}}, {{when}}',
      sentence: 'the booking of {{customer.name}} is cancelled.',
    },
  },
  thanks: {
    subject: 'Thank you: {{service.name}}, {{when}}',
    sentence: 'thank you for coming. We would be glad to see you again.',
  },
  waiting: {
    WAITLIST_OFFER: {
      subject: 'Free for you: {{service.name}}, {{when}}',
      sentence: 'what you are waiting for at {{account.name}} has come free and is kept for you.',
    },
    WAITLIST_LEFT: {
      subject: 'Off the waitlist: {{service.name}}, {{when}}',
      sentence: 'you are not on the waitlist of {{account.name}} any more.',
    },
    WAITLIST_EXPIRED: {
      subject: 'The waiting is over: {{service.name}}, {{when}}',
      sentence:
        'the time is over; nothing is kept for you, and you are not on the waitlist any more.',
    },
  },
}

const de: Words = {
  greeting: 'Guten Tag {{recipient.name}},',
  withWhom: 'mit',
  number: 'Buchungsnummer',
  reason: 'Grund',
  manage: 'Ansehen, verlegen oder absagen',
  accept: 'Annehmen oder ablehnen können Sie bis {{until}}:',
  said: {
    'customer CONFIRMATION': {
      subject: 'Bestätigt: {{service.name}}, {{when}}',
      sentence: 'Ihre Buchung bei {{account.name}} ist bestätigt.',
    },
    'customer REQUEST': {
      subject: 'Erhalten: {{service.name}}, {{when}}',
      sentence: 'wir haben Ihre Anfrage erhalten und melden uns, sobald sie bestätigt ist.',
    },
    'customer CHANGE': {
      subject: 'Geändert: {{service.name}}, {{when}}',
      sentence: 'Ihre Buchung bei {{account.name}} wurde geändert. So ist sie jetzt:',
    },
    'customer DECLINED': {
      subject: 'Abgelehnt: {{service.name}}, {{when}}',
      sentence: 'leider können wir Ihre Anfrage nicht bestätigen.',
    },
    'customer CANCELLATION': {
      subject: 'Abgesagt: {{service.name}}, {{when}}',
      sentence: 'Ihre Buchung bei {{account.name}} ist abgesagt.',
    },
    'customer REMINDER': {
      subject: 'Erinnerung: {{service.name}}, {{when}}',
      sentence: 'wir freuen uns auf Sie.',
    },
    'staff CONFIRMATION': {
      subject: 'Neue Buchung: {{service.name}}, {{when}}',
      sentence: '{{customer.name}} hat gebucht.',
    },
    'staff REVIEW': {
      subject: 'Bitte prüfen: {{service.name}}, {{when}}',
      sentence: '{{customer.name}} möchte buchen; die Anfrage wartet auf Zu- oder Absage.',
    },
    'staff CHANGE': {
      subject: 'Geändert: {{service.name}}, {{when}}',
      sentence: 'die Buchung von {{customer.name}} wurde geändert. So ist sie jetzt:',
    },
    'staff CANCELLATION': {
      subject: 'Abgesagt: {{service.name}}, {{when}}',
      sentence: 'die Buchung von {{customer.name}} ist abgesagt.',
    },
  },
  thanks: {
    subject: 'Danke: {{service.name}}, {{when}}',
    sentence: 'vielen Dank für Ihren Besuch. Wir freuen uns auf ein Wiedersehen.',
  },
  waiting: {
    WAITLIST_OFFER: {
      subject: 'Frei für Sie: {{service.name}}, {{when}}',
      sentence: 'worauf Sie bei {{account.name}} warten, ist frei geworden und für Sie reserviert.',
    },
    WAITLIST_LEFT: {
      subject: 'Nicht mehr auf der Warteliste: {{service.name}}, {{when}}',
      sentence: 'Sie stehen nicht mehr auf der Warteliste von {{account.name}}.',
    },
    WAITLIST_EXPIRED: {
      subject: 'Das Warten ist zu Ende: {{service.name}}, {{when}}',
      sentence:
        'die Zeit ist abgelaufen; es ist nichts mehr für Sie reserviert, und Sie stehen nicht ' +
        'mehr auf der Warteliste.',
    },
  },
}

const pl: Words = {
  greeting: 'Dzień dobry {{recipient.name}},',
  withWhom: 'prowadzi',
  number: 'Numer rezerwacji',
  reason: 'Powód',
  manage: 'Szczegóły, zmiana terminu, odwołanie',
  accept: 'Przyjąć lub odrzucić można do {{until}}:',
  said: {
    'customer CONFIRMATION': {
      subject: 'Potwierdzenie: {{service.name}}, {{when}}',
      sentence: 'rezerwacja w {{account.name}} jest potwierdzona.',
    },
    'customer REQUEST': {
      subject: 'Otrzymano: {{service.name}}, {{when}}',
      sentence: 'otrzymaliśmy prośbę o rezerwację. Odezwiemy się, gdy będzie potwierdzona.',
    },
    'customer CHANGE': {
      subject: 'Zmiana: {{service.name}}, {{when}}',
      sentence: 'rezerwacja w {{account.name}} została zmieniona. Obecnie:',
    },
    'customer DECLINED': {
      subject: 'Odmowa: {{service.name}}, {{when}}',
      sentence: 'niestety nie możemy potwierdzić rezerwacji.',
    },
    'customer CANCELLATION': {
      subject: 'Odwołanie: {{service.name}}, {{when}}',
      sentence: 'rezerwacja w {{account.name}} jest odwołana.',
    },
    'customer REMINDER': {
      subject: 'Przypomnienie: {{service.name}}, {{when}}',
      sentence: 'do zobaczenia.',
    },
    'staff CONFIRMATION': {
      subject: 'Nowa rezerwacja: {{service.name}}, {{when}}',
      sentence: 'nowa rezerwacja: {{customer.name}}.',
    },
    'staff REVIEW': {
      subject: 'Do sprawdzenia: {{service.name}}, {{when}}',
      sentence: 'prośba o rezerwację czeka na potwierdzenie lub odmowę: {{customer.name}}.',
    },
    'staff CHANGE': {
      subject: 'Zmiana: {{service.name}}, {{when}}',
      sentence: 'rezerwacja została zmieniona: {{customer.name}}. Obecnie:',
    },
    'staff CANCELLATION': {
      subject: 'Odwołanie: {{service.name}}, {{when}}',
      sentence: 'rezerwacja jest odwołana: {{customer.name}}.',
    },
  },
  thanks: {
    subject: 'Dziękujemy: {{service.name}}, {{when}}',
    sentence: 'dziękujemy za wizytę. Do zobaczenia ponownie.',
  },
  waiting: {
    WAITLIST_OFFER: {
      subject: 'Wolny termin: {{service.name}}, {{when}}',
      sentence: 'zwolnił się termin, na który czeka się w {{account.name}}, i jest zarezerwowany.',
    },
    WAITLIST_LEFT: {
      subject: 'Poza listą oczekujących: {{service.name}}, {{when}}',
      sentence: 'zgłoszenie na liście oczekujących w {{account.name}} zostało usunięte.',
    },
    WAITLIST_EXPIRED: {
      subject: 'Koniec oczekiwania: {{service.name}}, {{when}}',
      sentence: 'czas minął; termin nie jest już zarezerwowany, a zgłoszenie jest zamknięte.',
    },
  },
}

const tables: Readonly<Record<string, Words>> = { en, de, pl }

/** The languages that there are words for. */
export const languages = Object.keys(tables)

/** The language of an RFC 5646 tag: its first part, in small letters. */
export function languageOf(locale: string): string {
  return locale.split('-')[0]?.toLowerCase() ?? ''
}

/** The words of a language, English for one that has none, and the language that they are in. */
export function wordsOf(locale: string): { language: string; words: Words } {
  const language = languageOf(locale)
  const words = tables[language]
  return words ? { language, words } : { language: 'en', words: en }
}
