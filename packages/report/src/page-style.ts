/** The style sheet of a report: light and dark, narrow and wide, and on paper. A constant; leans on the charts' rules. */
import { CHART_RULES } from './chart-style.js';

export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --raised: #f6f7f9; --ink: #16191d; --soft: #59626d; --rule: #dde1e6; --rule-strong: #8a939e; --link: #005a9c;
  --series-1: #0072b2; --series-2: #d55e00; --series-3: #007f5c; --series-4: #a8518a;
  --bar: #8fb8d4; --bar-strong: #0072b2; --warn: #8a4b00; --warn-page: #fff6e8; --warn-rule: #e8b872;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --raised: #1c2026; --ink: #e8eaed; --soft: #a3acb8; --rule: #333a43; --rule-strong: #6b7684; --link: #7cc0f2;
    --series-1: #56b4e9; --series-2: #f0a04b; --series-3: #3fc79a; --series-4: #e09cc6;
    --bar: #37617d; --bar-strong: #56b4e9; --warn: #ffce8a; --warn-page: #2b2113; --warn-rule: #7a5a26;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
header, main, footer { max-width: 88rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 2.5rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 1.3rem; margin: 0 0 1rem; line-height: 1.25; }
h3 { font-size: 1rem; margin: 0 0 .5rem; }
section { margin: 2.75rem 0 0; }
p { margin: 0 0 .75rem; max-width: 68ch; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--bar-strong); outline-offset: 2px; border-radius: 3px; }
.summary { font-size: 1.1rem; margin: .6rem 0 0; }
.soft, figcaption, .note { color: var(--soft); font-size: .875rem; }
.note { margin-top: .5rem; }
code, pre { font: .875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { background: var(--raised); border: 1px solid var(--rule); border-radius: 6px; padding: .6rem .8rem; margin: 1.25rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: .6rem 0; margin: 1.5rem 0 0; border-block: 1px solid var(--rule); }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
dl.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: .9rem 1.5rem; margin: 0; }
dl.facts + h3 { margin-top: 1.75rem; }
dl.facts dt { color: var(--soft); font-size: .8125rem; }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
.warnings { background: var(--warn-page); border: 1px solid var(--warn-rule); border-left-width: 5px; border-radius: 6px; padding: .8rem 1rem; margin-top: 1.5rem; }
.warnings h2 { font-size: 1rem; color: var(--warn); margin: 0 0 .25rem; }
.warnings ul { margin: 0; padding-left: 1.2rem; }
.scroll { overflow-x: auto; }
.grid-of-two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 31rem), 1fr)); gap: 2rem; align-items: start; }
.grid-of-two > * { min-width: 0; }
table { border-collapse: collapse; font-size: .9375rem; }
table.wide { width: 100%; }
caption { text-align: left; font-weight: 600; padding-bottom: .4rem; }
caption .soft { font-weight: 400; display: block; }
th, td { padding: .4rem .75rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule); }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); font-size: .8125rem; font-weight: 600; vertical-align: bottom; border-bottom: 2px solid var(--rule); }
tbody th { font-weight: 500; }
.number { text-align: right; white-space: nowrap; }
/* Five measures with intervals fit beside another table. */
table.scores :is(th, td) { padding-inline: .4rem; }
table.scores :is(th, td):first-child { padding-left: 0; }
table.scores :is(th, td):last-child { padding-right: 0; }
tr.total th, tr.total td { font-weight: 700; }
tr.reference th, tr.reference td { color: var(--soft); font-style: italic; }
.interval { display: block; color: var(--soft); font-size: .75rem; font-weight: 400; }
.failed { color: var(--warn); font-weight: 600; }
td.share { width: 9rem; vertical-align: middle; }
.bar { display: block; width: 100%; height: .5rem; overflow: visible; }
.bar rect { fill: var(--bar); }
.bar .ground { fill: var(--rule); }
.bar.strong rect:not(.ground) { fill: var(--bar-strong); }
figure { margin: 0; }
.grid-of-two > figure { max-width: 46rem; }
.chart { display: block; width: 100%; height: auto; }
.chart text { fill: var(--soft); font-size: 11.5px; }
.chart .grid line { stroke: var(--rule); }
.chart .axis line { stroke: var(--soft); }
.series-1 path, .series-1 line { stroke: var(--series-1); }
.series-2 path, .series-2 line { stroke: var(--series-2); stroke-dasharray: 7 3; }
.series-3 path, .series-3 line { stroke: var(--series-3); stroke-dasharray: 2 3; }
.series-4 path, .series-4 line { stroke: var(--series-4); stroke-dasharray: 9 3 2 3; }
.series-1 circle, .series-1 .band, .series-1 .column, .series-1 .cell { fill: var(--series-1); }
.series-2 circle, .series-2 .band, .series-2 .column, .series-2 .cell { fill: var(--series-2); }
.series-3 circle, .series-3 .band, .series-3 .column, .series-3 .cell { fill: var(--series-3); }
.series-4 circle, .series-4 .band, .series-4 .column, .series-4 .cell { fill: var(--series-4); }
.chart .chance { stroke: var(--soft); }
.chart .ink { fill: var(--ink); font-size: 13px; }
.series.small circle { stroke: var(--series-1); }
${CHART_RULES}
.charts + .charts, .comparison + .comparison, .card + .card { margin-top: 2.25rem; }
.chart-row { display: flex; flex-wrap: wrap; gap: 1.5rem 2rem; margin-bottom: 1.25rem; }
.chart-row .square { flex: 1 1 18rem; max-width: 27rem; }
.matrix .chart { max-width: 34rem; }
.figure + .figure { margin-top: 2rem; }
.figure .picture { max-width: 64rem; }
table.groups td.measured { white-space: nowrap; min-width: 12rem; }
table.groups tr.first > * { border-top: 2px solid var(--rule); }
svg.mark { width: 7.5rem; height: 1rem; margin-bottom: .1rem; }
.measured .number { display: block; text-align: left; font-size: .8125rem; }
.tag { display: inline-block; border: 1px solid var(--rule); border-radius: 3px; padding: 0 .3em; font-size: .75rem; font-weight: 400; color: var(--soft); }
.comparison th.pair, .comparison td.pair { border-left: 1px solid var(--rule); padding-left: .75rem; }
.comparison thead th[colspan] { text-align: center; border-bottom: 0; }
.comparison .source { font-size: .8125rem; color: var(--soft); min-width: 14rem; }
.card summary { cursor: pointer; }
.card summary h3 { display: inline; }
.prose { max-width: 72ch; margin-top: 1rem; overflow-wrap: anywhere; }
.prose :is(h4, h5, h6) { font-size: .9375rem; margin: 1.25rem 0 .4rem; }
.prose .scroll { margin-bottom: .75rem; }
.swatch { display: inline-block; width: 2.2rem; height: .7rem; vertical-align: middle; margin-right: .5rem; }
.legend { display: flex; flex-wrap: wrap; gap: .4rem 1.5rem; list-style: none; padding: 0; margin: 0 0 1rem; font-size: .875rem; color: var(--soft); }
.legend svg { width: 1.6rem; height: .8rem; vertical-align: -0.05rem; margin-right: .35rem; }
.legend svg.scale { width: 6rem; margin: 0 .35rem; }
.filters { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: baseline; margin: 0 0 .75rem; font-size: .875rem; color: var(--soft); }
.filters :is(input, select) { font: inherit; color: var(--ink); background: var(--page); border: 1px solid var(--rule-strong); border-radius: 5px; padding: .25rem .5rem; margin-left: .35rem; max-width: 14rem; }
table.images, table.images > thead, table.images > tbody { display: block; }
table.images tr { display: grid; grid-template-columns: var(--columns); column-gap: 1rem; border-bottom: 1px solid var(--rule); }
table.images > tbody > tr { padding: 1rem 0; content-visibility: auto; contain-intrinsic-size: auto 300px; }
table.images tr[hidden] { display: none; }
table.images > thead > tr { border-bottom-width: 2px; align-items: end; }
table.images :is(th, td) { padding: 0; border: 0; min-width: 0; }
table.images > thead th { padding-bottom: .4rem; }
table.images > thead th.number { white-space: normal; }
table.images .identity { overflow-wrap: anywhere; }
table.images .identity b { display: block; font-weight: 600; }
.pictures { display: flex; flex-wrap: wrap; gap: .6rem; }
.pictures figure { width: 8.25rem; }
.pictures figcaption { font-size: .75rem; line-height: 1.3; margin-top: .2rem; }
.picture { display: block; width: 100%; padding: 0; border: 0; border-radius: 4px; background: var(--raised); cursor: zoom-in; overflow: hidden; }
.picture img { display: block; width: 100%; height: auto; }
.pictures .picture img { height: 100%; object-fit: cover; }
.indexes { display: grid; gap: .45rem; margin: 0; font-size: .8125rem; }
.indexes div { display: grid; grid-template-columns: 1fr auto; column-gap: .75rem; }
.indexes.both div { grid-template-columns: 1fr 3rem 4.6rem; }
.indexes.both dd { text-align: right; }
.indexes .head { color: var(--soft); font-size: .75rem; }
.indexes .share { grid-column: 1 / -1; }
.indexes dt, .indexes dd { margin: 0; }
.indexes .highest dt, .indexes .highest dd { font-weight: 700; }
.sort { min-height: 24px; font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; text-align: inherit; }
.sort:hover { text-decoration: underline; }
.sort::after { content: "\\2195"; opacity: .45; margin-left: .2em; }
.sort[data-order=ascending]::after { content: "\\2191"; opacity: 1; }
.sort[data-order=descending]::after { content: "\\2193"; opacity: 1; }
.sort[data-order] { color: var(--ink); }
.sorts { display: flex; flex-direction: column; align-items: flex-start; font-weight: 500; }
dialog { border: 0; padding: 0; border-radius: 8px; background: var(--page); color: var(--ink); max-width: 94vw; max-height: 94vh; }
dialog::backdrop { background: rgb(0 0 0 / .75); }
dialog img { display: block; width: min(90vw, 60rem); max-height: 82vh; object-fit: contain; }
dialog p { padding: .6rem 1rem; margin: 0; max-width: none; display: flex; gap: 1rem; justify-content: space-between; align-items: center; }
dialog button { font: inherit; padding: .25rem .9rem; border: 1px solid var(--rule); border-radius: 5px; background: var(--raised); color: inherit; cursor: pointer; }
footer { margin-top: 3.5rem; padding-top: 1rem; padding-bottom: 2.5rem; }
footer p { border-top: 1px solid var(--rule); padding-top: 1rem; max-width: none; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--page); padding: .4rem .8rem; z-index: 1; }
.status, .spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 72rem) {
  table.images > thead > tr { display: flex; flex-wrap: wrap; gap: .1rem 1rem; }
  table.images > thead th.plain { display: none; }
  .sort { padding: .3rem 0; }
  table.images .sorts { display: inline-flex; flex-direction: row; flex-wrap: wrap; gap: 0 .7rem; }
  table.images > tbody > tr { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; padding: 1.25rem 0; contain-intrinsic-size: auto 500px; }
  table.images > tbody > tr[hidden] { display: none; }
  table.images .identity, table.images .strip, table.images .index-cell { flex: 1 0 100%; max-width: none; }
  table.images td.number { text-align: left; }
  table.images td.number::before { content: attr(data-name) " "; color: var(--soft); font-size: .8125rem; }
  .indexes { width: min(100%, 24rem); }
}
@media (max-width: 40rem) {
  header, main, footer { padding-inline: 1rem; }
  header { padding-top: 1.5rem; }
  h1 { font-size: 1.5rem; }
  th, td { padding-inline: .5rem; }
  td.share, th.share { display: none; }
  .pictures figure { width: calc(50% - .3rem); }
}
@media print {
  :root {
    color-scheme: light;
    --page: #ffffff; --raised: #ffffff; --ink: #000000; --soft: #444444; --rule: #bbbbbb; --rule-strong: #888888; --link: #000000;
    --series-1: #0072b2; --series-2: #d55e00; --series-3: #007f5c; --series-4: #a8518a;
    --bar: #8fb8d4; --bar-strong: #0072b2; --warn: #000000; --warn-page: #ffffff; --warn-rule: #666666;
  }
  @page { margin: 14mm; }
  body { font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  header, main, footer { max-width: none; padding-inline: 0; }
  nav, .skip, dialog, .hint, .filters, noscript, .sort::after { display: none; }
  table.images > tbody > tr { content-visibility: visible; }
  h2, h3, caption { break-after: avoid; }
  tr, figure, .warnings { break-inside: avoid; }
  .scroll { overflow: visible; }
  .pictures { gap: 2mm; }
  .pictures figure { width: 23mm; }
}
`;
