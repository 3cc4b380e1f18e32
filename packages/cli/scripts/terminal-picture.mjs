// Draws pictures/*.svg: what a terminal shows of real runs on synthetic images. Needs the built command, `script` of
// util-linux and @lesion/pretrained. From packages/cli: node scripts/terminal-picture.mjs
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRgbImage } from '@lesion/core';
import { encodePng } from '@lesion/preprocess';
import headless from '@xterm/headless';

const executable = fileURLToPath(new URL('../dist/bin.js', import.meta.url));
const pictures = fileURLToPath(new URL('../pictures/', import.meta.url));
const [COLUMNS, CELL_WIDTH, CELL_HEIGHT, MARGIN] = [88, 8.4, 17, 16];
const BACKGROUND = '#16181d';
const FOREGROUND = '#d8dae0';
/** The palette's eight colours, and after them the bright ones. */
const PALETTE =
  '#3b4048 #ff6b6b #7ec97e #e5c07b #6cb2ff #c792ea #56c8d8 #d8dae0 #6b717d #ff8f8f #a0e0a0 #f0d090 #90c8ff #dab0f5 #80e0ee #ffffff'.split(
    ' ',
  );

/** What the command writes to a terminal. */
function record(folder, args) {
  const { stdout } = spawnSync(
    'script',
    ['-qec', `stty cols ${COLUMNS} rows 50; "$NODE" "$LESION" ${args.join(' ')}`, '/dev/null'],
    {
      cwd: folder,
      env: {
        ...process.env,
        NODE: process.execPath,
        LESION: executable,
        TERM: 'xterm-256color',
        COLORTERM: 'truecolor',
        LANG: 'C.UTF-8',
      },
      maxBuffer: 2 ** 27,
    },
  );
  return stdout.toString();
}

const escapeText = (text) =>
  text.replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character]);

/** Half blocks of 24 bits become one picture; all other text stays text. */
async function draw(text, title) {
  const terminal = new headless.Terminal({
    cols: COLUMNS,
    rows: 50,
    scrollback: 1000,
    allowProposedApi: true,
  });
  await new Promise((resolve) => terminal.write(text, resolve));
  const { active } = terminal.buffer;
  const lines = Array.from({ length: active.length }, (_, row) => active.getLine(row));
  while (lines.at(-1).translateToString(true) === '') lines.pop();
  const elements = [];
  const blocks = [];
  lines.forEach((line, row) => {
    let run;
    const flush = () => {
      if (run === undefined) return;
      const style = `${run.bold ? ' font-weight="bold"' : ''}${run.dim ? ' opacity="0.65"' : ''}`;
      const y = MARGIN + row * CELL_HEIGHT + 13;
      // Blanks side by side are where viewers differ, so each stretch of text gets a place of its own.
      for (const { 0: part, index } of run.text.matchAll(/\S+(?: \S+)*/g)) {
        const x = (MARGIN + (run.column + index) * CELL_WIDTH).toFixed(1);
        const length = (part.length * CELL_WIDTH).toFixed(1);
        elements.push(
          `<text x="${x}" y="${y}" fill="${run.fill}"${style} textLength="${length}" lengthAdjust="spacingAndGlyphs">${escapeText(part)}</text>`,
        );
      }
    };
    for (let column = 0; column < COLUMNS; column++) {
      const cell = line.getCell(column);
      if (cell.getChars() === '▀' && cell.isFgRGB()) {
        blocks.push({ row, column, upper: cell.getFgColor(), lower: cell.getBgColor() });
        flush();
        run = undefined;
        continue;
      }
      const fill = cell.isFgPalette() ? PALETTE[cell.getFgColor()] : FOREGROUND;
      const [bold, dim] = [cell.isBold() !== 0, cell.isDim() !== 0];
      const character = cell.getChars() || ' ';
      if (run !== undefined && run.fill === fill && run.bold === bold && run.dim === dim)
        run.text += character;
      else {
        flush();
        run = { column, text: character, fill, bold, dim };
      }
    }
    flush();
  });
  if (blocks.length > 0) {
    const top = Math.min(...blocks.map(({ row }) => row));
    const rows = Math.max(...blocks.map(({ row }) => row)) - top + 1;
    const columns = Math.max(...blocks.map(({ column }) => column)) + 1;
    const background = Number.parseInt(BACKGROUND.slice(1), 16);
    const data = new Uint8Array(rows * 2 * columns * 3);
    const paint = (y, x, colour) =>
      data.set([colour >> 16, (colour >> 8) & 255, colour & 255], (y * columns + x) * 3);
    for (let y = 0; y < 2 * rows; y++) for (let x = 0; x < columns; x++) paint(y, x, background);
    for (const { row, column, upper, lower } of blocks) {
      paint(2 * (row - top), column, upper);
      paint(2 * (row - top) + 1, column, lower);
    }
    const png = await encodePng(createRgbImage({ height: rows * 2, width: columns }, data));
    elements.push(
      `<image x="${MARGIN}" y="${MARGIN + top * CELL_HEIGHT}" width="${columns * CELL_WIDTH}" height="${rows * CELL_HEIGHT}" preserveAspectRatio="none" style="image-rendering:pixelated" href="data:image/png;base64,${Buffer.from(png).toString('base64')}"/>`,
    );
  }
  const [width, height] = [
    Math.ceil(COLUMNS * CELL_WIDTH + 2 * MARGIN),
    lines.length * CELL_HEIGHT + 2 * MARGIN,
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escapeText(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>`,
    '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="14">',
    ...elements,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

const prompt = (line) => `\u001b[32m$\u001b[39m ${line}\r\n`;
/** Without notes that name where models are installed on this machine. */
const withoutNotes = (text) => text.replace(/^.*pretrained L\w+, for research.*\r\n/gm, '');

const folder = mkdtempSync(join(tmpdir(), 'lesion-picture-'));
try {
  execFileSync(process.execPath, [executable, 'synth', 'data', '--images', '12', '--seed', '4', '--quiet'], {
    cwd: folder,
    stdio: 'ignore',
  });
  const images = ['ISIC_9000000', 'ISIC_9000001'].map((id) => `data/ISIC-2017_Training_Data/${id}.jpg`);
  for (const path of images) execFileSync('cp', [path, '.'], { cwd: folder });
  const predict = ['predict', ...images.map((path) => path.split('/').at(-1)), '--out', 'predictions'];
  const predicted = record(folder, predict);
  writeFileSync(
    join(pictures, 'predict.svg'),
    await draw(
      prompt(`lesion ${predict.join(' ')}`) + withoutNotes(predicted),
      'lesion predict in a terminal: two small pictures with outlines, and a table',
    ),
  );

  const train = 'train lin --data data --out runs/lin --profile quick --engine onnxruntime'.split(' ');
  const trained = record(folder, train);
  // The terminal in the middle of the run: all that had been written up to then.
  const states = trained.split('\r\u001b[K');
  const middle = states.slice(0, Math.ceil(states.length * 0.6)).join('\r\u001b[K');
  writeFileSync(
    join(pictures, 'train.svg'),
    await draw(
      prompt(`lesion ${train.join(' ')}`) + middle,
      'lesion train in a terminal: one line with bar, rate, time left, epoch and loss',
    ),
  );
} finally {
  rmSync(folder, { recursive: true });
}
