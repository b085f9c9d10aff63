// swift-format-ignore-file
/// `page/style.css`, put here by script/page.
enum PageStyleCSS {
  static let text = #"""
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --paper: #ffffff; --line: #d9dde3; --text: #1b2129; --soft: #545d69;
  --link: #14518f; --accent: #14518f; --good: #1a6b3a; --bad: #a3231b; --wait: #7a5200;
  --promised: #c3d3e6; --paid: #14518f;
  --s0: #2166a8; --s1: #b25e00; --s2: #23795b; --s3: #8a4fa3; --s4: #b03a5b; --s5: #5a6b7b;
  --s6: #7a7a00; --s7: #0f7f8c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12161b; --paper: #1b2128; --line: #343c46; --text: #e8ebef; --soft: #a9b2bd;
    --link: #8ec0f5; --accent: #8ec0f5; --good: #7fd69c; --bad: #ff9d94; --wait: #f0c063;
    --promised: #3c4f66; --paid: #8ec0f5;
    --s0: #6aa9e6; --s1: #eb9a46; --s2: #5cbf97; --s3: #c48fdc; --s4: #ea84a0; --s5: #9aa9b8;
    --s6: #c9c94f; --s7: #58c3cf;
  }
}
* { box-sizing: border-box; }
html { scrollbar-gutter: stable; }
body {
  margin: 0; background: var(--ground); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
}
a { color: var(--link); text-underline-offset: .15em; text-decoration-thickness: .06em; }
:focus-visible { outline: .2rem solid var(--accent); outline-offset: .15rem; border-radius: .2rem; }
h1:focus-visible, main:focus-visible { outline: none; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 1.25rem 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 0 0 .75rem; }
p { margin: .5rem 0; }
code, .mono { font-family: ui-monospace, "DejaVu Sans Mono", Consolas, monospace; font-size: .9em; }
.wrap, dd { overflow-wrap: anywhere; }
.small { font-size: .875rem; color: var(--soft); }
.hidden {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap;
}
.skip { position: absolute; left: -99rem; padding: .5rem 1rem; background: var(--paper); }
.skip:focus { left: .5rem; top: .5rem; z-index: 2; }
header { background: var(--paper); border-bottom: 1px solid var(--line); }
.bar {
  max-width: 76rem; margin: 0 auto; padding: .75rem 1rem; display: flex; flex-wrap: wrap;
  gap: .5rem 1.25rem; align-items: center;
}
.brand { font-weight: 700; color: var(--text); text-decoration: none; }
.mark {
  display: inline-block; width: .9em; height: .9em; margin-right: .5em; border-radius: .25em;
  background: var(--accent); vertical-align: -.08em;
}
#search { display: flex; flex: 1 1 24rem; flex-wrap: wrap; gap: .5rem; }
#search input {
  flex: 1 1 10rem; min-width: 0; padding: .45rem .7rem; font: inherit; color: inherit;
  background: var(--ground); border: 1px solid var(--soft); border-radius: .4rem;
}
#search label { align-self: center; font-size: .875rem; color: var(--soft); }
#search button {
  padding: .45rem .9rem; font: inherit; font-weight: 600; color: var(--paper);
  background: var(--accent); border: 0; border-radius: .4rem; cursor: pointer;
}
#live { margin: 0; font-size: .875rem; color: var(--soft); font-variant-numeric: tabular-nums; }
.dot {
  display: inline-block; width: .6em; height: .6em; margin-right: .5em; border-radius: 50%;
  border: .12em solid var(--soft);
}
#live[data-state="on"] .dot { background: var(--good); border-color: var(--good); }
#live[data-state="off"] { color: var(--bad); font-weight: 600; }
main, .facts, footer { max-width: 76rem; margin: 0 auto; padding: 0 1rem; }
.figures {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 1rem;
  margin: 1rem 0;
}
.figure {
  background: var(--paper); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem;
}
.figure dt { font-size: .875rem; color: var(--soft); font-weight: 400; }
.figure dd { margin: 0; }
.big { font-size: 1.35rem; font-weight: 650; font-variant-numeric: tabular-nums; }
.grid {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(min(28rem, 100%), 1fr));
  gap: 1rem;
}
.card {
  background: var(--paper); border: 1px solid var(--line); border-radius: .6rem; padding: 1.1rem;
  margin-bottom: 1rem; min-width: 0;
}
.grid .card { margin-bottom: 0; }
.grid + .card { margin-top: 1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.25rem; margin: .5rem 0; }
dt { color: var(--soft); }
dd { margin: 0; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-size: .875rem; color: var(--soft); padding: .25rem 0; }
th, td { padding: .35rem .75rem .35rem 0; text-align: left; border-top: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
thead th { border-top: 0; font-size: .8125rem; font-weight: 600; color: var(--soft); }
tbody th { font-weight: 500; }
.number { text-align: right; white-space: nowrap; }
.stacked {
  display: block; width: 100%; height: 2rem; border-radius: .3rem; margin: .25rem 0 .75rem;
}
.rate { display: block; width: 7.5rem; height: .7rem; min-width: 4rem; }
.swatch { width: .7rem; height: .7rem; margin-right: .35rem; }
.promised { fill: var(--promised); }
.paid { fill: var(--paid); }
.series-0 { fill: var(--s0); } .series-1 { fill: var(--s1); } .series-2 { fill: var(--s2); }
.series-3 { fill: var(--s3); } .series-4 { fill: var(--s4); } .series-5 { fill: var(--s5); }
.series-6 { fill: var(--s6); } .series-7 { fill: var(--s7); }
.stream { list-style: none; margin: 0; padding: 0; }
.stream > li { padding: .5rem 0; border-top: 1px solid var(--line); }
.stream > li:first-child { border-top: 0; padding-top: 0; }
.stream p { margin: 0; }
.sentence { font-weight: 500; overflow-wrap: anywhere; }
.tag { font-size: .8125rem; font-weight: 600; }
.good { color: var(--good); } .bad { color: var(--bad); } .wait { color: var(--wait); }
.results { padding-left: 1rem; }
.note { padding: .75rem 1rem; border-left: .25rem solid var(--accent); background: var(--paper); }
details { margin: .5rem 0; }
summary { cursor: pointer; }
dd dl, details dl { margin: .25rem 0; }
dd ul { margin: 0; padding-left: 1.1rem; }
.facts { margin-top: 1rem; }
.facts h2 { margin-top: 1.25rem; }
body[data-view]:not([data-view="home"]) .facts { display: none; }
footer { padding-bottom: 2rem; color: var(--soft); font-size: .875rem; }
@media (max-width: 34rem) {
  dl:not(.figures) { grid-template-columns: 1fr; gap: 0; }
  dl:not(.figures) dd { margin-bottom: .5rem; }
}
@media (prefers-reduced-motion: no-preference) {
  #live[data-state="on"] .dot { transition: background .3s; }
}
@media print { header form, .skip { display: none; } body { background: none; } }
"""#
}
