// Finds the fenced blocks of a Markdown document, and what each promises: its output, or why it is not run.

/** A fenced block of a Markdown document. */
export interface CodeBlock {
  /** The line of the document that its first line of content stands on, from 1. */
  line: number;
  /** The first word behind the fence, such as `js`; empty if there is none. */
  language: string;
  /** Its content, without the indentation of its fence. */
  code: string;
  /** The content of the `text` block after it, if that is the next thing but blank lines: what it prints. */
  printed: string | undefined;
  /** Whether it is such a `text` block itself. */
  isOutput: boolean;
  /** Why a test does not run it, from the comment `<!-- not run: REASON -->` on the line above its fence. */
  notRun: string | undefined;
}

const FENCE = /^( *)```([^`]*)$/;
const NOT_RUN = /^ *<!-- not run: (.*\S) *-->$/;

/** Languages that programs are written in: what follows one as a `text` block is its output. */
export const isProgram = (language: string): boolean => ['js', 'ts', 'sh', 'python'].includes(language);

/**
 * The fenced blocks of a Markdown document, in order.
 *
 * @throws Error if a fence is not closed, or says more than its language
 */
export function codeBlocks(markdown: string): CodeBlock[] {
  const lines = markdown.split('\n');
  const found: (CodeBlock & { start: number; end: number })[] = [];
  for (let start = 0; start < lines.length; start++) {
    const [, indentation, words] = FENCE.exec(lines[start]!) ?? [];
    if (indentation === undefined || words === undefined) continue;
    const end = lines.findIndex((line, at) => at > start && line.trim() === '```');
    if (end < 0) throw new Error(`line ${start + 1}: a fence without its end`);
    const language = words.trim();
    if (/\s/.test(language)) {
      throw new Error(
        `line ${start + 1}: a fence that says more than its language, "${language}". A block that no test runs ` +
          'has <!-- not run: REASON --> on the line above',
      );
    }
    const content = lines.slice(start + 1, end);
    const code = content.map((line) =>
      line.startsWith(indentation) ? line.slice(indentation.length) : line,
    );
    const above = lines.slice(0, start).findLast((line) => line.trim() !== '');
    found.push({
      line: start + 2,
      language,
      code: code.join('\n'),
      printed: undefined,
      isOutput: false,
      notRun: NOT_RUN.exec(above ?? '')?.[1],
      start,
      end,
    });
    start = end;
  }
  for (const [i, block] of found.entries()) {
    const next = found[i + 1];
    if (!isProgram(block.language) || next?.language !== 'text') continue;
    if (lines.slice(block.end + 1, next.start).some((line) => line.trim() !== '')) continue;
    block.printed = next.code.trimEnd();
    next.isOutput = true;
  }
  return found.map(({ start: _start, end: _end, ...block }) => block);
}
