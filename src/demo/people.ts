// Names and telephone numbers to invent customers from. Mail domains are those of RFC 2606; numbers
// are set aside for fiction wherever a country does that (Ofcom, NANPA, ACMA, Bundesnetzagentur).

import type { NewCustomer } from '../customer/customer.actions.ts'
import type { Chance } from './random.ts'

export type PhoneBook = {
  firstNames: readonly string[]
  lastNames: readonly string[]
  /** A telephone number from a number 0 to 99. */
  phone: (index: number) => string
}

const words = (text: string) => text.trim().split(/\s+/)
const twoDigits = (index: number) => String(index).padStart(2, '0')

export const london: PhoneBook = {
  firstNames: words(`
    Olivia George Isla Harry Freya Arthur Aisha Oscar Imogen Rohan Poppy Callum Niamh Leo Saoirse
    Jasper Martha Kwame Beatrix Yusuf Florence Ewan Nadia Rupert`),
  lastNames: words(`
    Ashworth Bennett Chaudhry Davies Ellison Fairbairn Griffiths Hughes Iqbal Jennings Kerr Lockwood
    Mensah Norwood Osborne Pemberton Quinn Rahman Sinclair Thornton Underhill Voss Whitaker Yates`),
  phone: (index) => `+447700900${String(index + 100)}`,
}

export const newYork: PhoneBook = {
  firstNames: words(`
    Michael Jasmine David Elena Marcus Rachel Andre Sofia Brandon Mei Tyrone Hannah Carlos Naomi
    Kevin Destiny Samuel Leah Hector Grace Vincent Amara Jerome Tessa`),
  lastNames: words(`
    Abrams Baptiste Castillo Delgado Edwards Feldman Greene Huang Jackson Kowalski Levine Morales
    Nguyen Ortiz Patel Quintero Rosario Santiago Taylor Urbina Vasquez Weiss Young Zimmerman`),
  phone: (index) => `+121255501${twoDigits(index)}`,
}

export const sydney: PhoneBook = {
  firstNames: words(`
    Charlotte Lachlan Matilda Cooper Ruby Angus Kirra Declan Mia Hamish Zara Bodhi Evie Darcy Priya
    Flynn Indi Joaquin Keiko Riley Sienna Tane Willa Xavier`),
  lastNames: words(`
    Anderson Barlow Carmody Donnelly Evatt Fraser Gallagher Hawkins Irwin Jamieson Kelleher Lawson
    Mackenzie Nakamura Oconnor Papadopoulos Reid Sheedy Tran Upton Vella Watson Xu Zammit`),
  phone: (index) => `+612555001${twoDigits(index)}`,
}

export const warsaw: PhoneBook = {
  firstNames: words(`
    Katarzyna Piotr Agnieszka Tomasz Magdalena Marcin Joanna Jakub Aleksandra Kamil Natalia Bartosz
    Zofia Wojciech Karolina Mateusz Julia Filip Oliwia Szymon Maja Adrian Dominika Igor`),
  lastNames: words(`
    Nowak Kowalczyk Mazur Krawczyk Wójcik Kaczmarek Pawlak Wieczorek Dudek Stępień Sikora Baran
    Szewczyk Tomczak Pietrzak Wróbel Marciniak Walczak Duda Kubiak Kozioł Gajda Bielak Zych`),
  phone: (index) => `+482255501${twoDigits(index)}`,
}

export const vancouver: PhoneBook = {
  firstNames: words(`
    Emma Liam Mei-Ling Noah Ava Harpreet Sophie Ethan Chloe Jordan Amrit Maya Lucas Hana Dylan
    Simone Theo Gurleen Nico Paige Akira Bronwyn Mateo Wren`),
  lastNames: words(`
    Bouchard Chan Dhaliwal Eriksen Fontaine Gill Hartley Ito Johal Kim Leclair MacLeod Nagata
    Ogilvie Park Redmond Sandhu Tremblay Uchida Villeneuve Wong Yamada Zhao Sinclair`),
  phone: (index) => `+160455501${twoDigits(index)}`,
}

export const berlin: PhoneBook = {
  firstNames: words('Anke Jonas Mira Lukas Derya Felix Hannah Emre Svenja Paul Lena Matthias'),
  lastNames: words(`
    Albrecht Brandt Demir Engel Fuchs Graf Hoffmann Jung Krause Lange Neumann Yilmaz`),
  phone: (index) => `+493023125${String(index + 100)}`,
}

const domains = ['example.com', 'example.org', 'example.net']

/** `count` customers, no two of one name. */
export function inventCustomers(
  chance: Chance,
  book: PhoneBook,
  { count, tags, groups }: { count: number; tags: readonly string[]; groups: readonly string[] },
): NewCustomer[] {
  const met = new Set<string>()
  const customers: NewCustomer[] = []
  while (customers.length < count) {
    const firstName = chance.pick(book.firstNames) ?? ''
    const lastName = chance.pick(book.lastNames) ?? ''
    const mailbox = asciiOf(`${firstName}.${lastName}`.toLowerCase())
    if (met.has(mailbox)) continue
    met.add(mailbox)
    customers.push({
      firstName,
      lastName,
      email: `${mailbox}@${chance.pick(domains)}`,
      phone: chance.holds(0.8) ? book.phone(customers.length) : null,
      tags: tags.filter(() => chance.holds(0.25)),
      groups: groups.filter(() => chance.holds(0.3)),
    })
  }
  return customers
}

function asciiOf(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('ł', 'l')
}
