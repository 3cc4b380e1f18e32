/** HTML and SVG put together so that text from data can never become markup; leans on nothing. */

/** A piece of finished markup. Only {@link markup} and {@link trusted} make one. */
export class Markup {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  toString(): string {
    return this.#text;
  }
}

/** What may stand in a template: text is escaped, markup is not, `undefined`, `null` and `false` leave nothing. */
export type MarkupValue = string | number | Markup | undefined | null | false | readonly MarkupValue[];

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text made safe for element content and quoted attributes; control characters, which HTML forbids, become U+FFFD. */
export function escapeText(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be replaced
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '\ufffd')
      .replace(/[&<>"']/g, (character) => ENTITIES[character]!)
  );
}

function render(value: MarkupValue): string {
  if (value === undefined || value === null || value === false) return '';
  if (value instanceof Markup) return value.toString();
  if (Array.isArray(value)) return value.map(render).join('');
  return escapeText(String(value));
}

/**
 * A template whose values are escaped, unless they are markup themselves. Attribute values must be quoted.
 * @example
 * ```ts
 * markup`<td title="${id}">${id}</td>`;
 * ```
 */
export function markup(strings: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  return new Markup(strings.reduce((text, part, i) => text + render(values[i - 1]) + part));
}

/** Takes a constant of this package as markup. Never for data. */
export function trusted(constant: string): Markup {
  return new Markup(constant);
}
