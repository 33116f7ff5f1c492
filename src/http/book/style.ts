// How the pages for customers look, beside the style of all pages: one column, from 320 pixels on.

export const pageCss = `
  .business { margin: 0; font-weight: 600 }
  h1 { line-height: 1.25; overflow-wrap: anywhere } h2 { margin-top: 2rem }
  p, li, dd, dt, label, legend { overflow-wrap: anywhere }
  fieldset { border: 0; margin: 1.2rem 0; padding: 0; min-width: 0 }
  legend { font-weight: 600; padding: 0; margin-bottom: .4rem }
  label { font-weight: 600 } label.option { font-weight: 400 }
  select, textarea { font: inherit; padding: .4rem; width: 100%; max-width: 24rem;
    box-sizing: border-box }
  .hint, .optional { font-weight: 400; margin: 0 }
  .fault { margin: 0; font-weight: 600; color: #b3121d }
  .wrong { border-left: .3rem solid #b3121d; padding-left: .8rem }
  .trouble { border: .15rem solid #b3121d; padding: .4rem 1rem }
  .said { border: .15rem solid #1a7f37; padding: .4rem 1rem; margin: 1rem 0 }
  ul.days, ul.times { list-style: none; padding: 0; margin: 0; display: flex; flex-wrap: wrap;
    gap: .5rem }
  ul.days button, ul.steps button { margin: 0 }
  ul.steps { list-style: none; padding: 0; margin: 1rem 0; display: flex; flex-wrap: wrap;
    gap: .5rem }
  button { min-height: 2.75rem; max-width: 100% }
  button[aria-current] { font-weight: 700; border-width: .2rem }
  .option { display: flex; gap: .6rem; align-items: center; margin: 0; min-height: 2.75rem;
    cursor: pointer }
  ul.times .option { border: 1px solid #767676; border-radius: .3rem; padding: 0 .8rem }
  .option input { width: 1.25rem; height: 1.25rem; flex: none; margin: 0 }
  :focus-visible { outline: .2rem solid #1d4ed8; outline-offset: .15rem }
  ul.times .option:focus-within { outline: .2rem solid #1d4ed8; outline-offset: .15rem }
  nav.languages ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 1rem }
  a { text-underline-offset: .15em } .address { overflow-wrap: anywhere }
  @media (prefers-color-scheme: dark) {
    .fault { color: #ff9a9a } .wrong, .trouble { border-color: #ff9a9a }
    .said { border-color: #6ee7a0 }
    :focus-visible, ul.times .option:focus-within { outline-color: #93c5fd }
  }
`
