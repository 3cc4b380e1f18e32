/** The section of a report with model cards: Markdown as HTML that holds nothing but text. Leans on markdown-it. */
import MarkdownIt from 'markdown-it';
import { type Markup, markup, trusted } from './markup.js';
import type { ReportCard } from './report-data.js';

/** Without HTML, links of `javascript:` and pictures: what is left is text, tables, lists and links to pages. */
const markdown = new MarkdownIt({ html: false, linkify: true, typographer: false }).disable('image');
// A name such as README.md is no address, though .md is a country's.
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
// Only what a browser opens as a page; a card's links to its neighbours lead nowhere from here.
markdown.validateLink = (url) => /^(?:https?:\/\/|mailto:)/i.test(url.trim());
// A card begins with a heading of its own; below the report's section it is of the third rank.
markdown.renderer.rules.heading_open = (tokens, i) => `<h${rankOf(tokens[i]!.tag)}>`;
markdown.renderer.rules.heading_close = (tokens, i) => `</h${rankOf(tokens[i]!.tag)}>\n`;
markdown.renderer.rules.table_open = () => '<div class="scroll"><table>\n';
markdown.renderer.rules.table_close = () => '</table></div>\n';
markdown.renderer.rules.link_open = (tokens, i, options, _environment, self) => {
  tokens[i]!.attrSet('rel', 'noreferrer noopener');
  return self.renderToken(tokens, i, options);
};

const rankOf = (tag: string): number => Math.min(Number(tag.slice(1)) + 3, 6);

export function cardsSection(cards: readonly ReportCard[]): Markup {
  return markup`${cards.map(
    ({ name, text }) =>
      markup`<details class="card"${cards.length === 1 && markup` open`}><summary><h3>${name}</h3></summary><div class="prose">${trusted(markdown.render(text))}</div></details>`,
  )}`;
}
