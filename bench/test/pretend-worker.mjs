// Speaks as a worker does and works at nothing: each step takes as long as it is told to say. Called with
// { name, milliseconds, megabytes?, weights?, log?, refuses?, breaksAfter?, output? } as JSON. `output` is copied to where
// the result is wanted.
import { appendFileSync, copyFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const {
  name,
  milliseconds,
  megabytes = 10,
  weights = 7,
  log,
  refuses,
  breaksAfter,
  output,
} = JSON.parse(process.argv[2]);
const answer = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const note = (what) => log && appendFileSync(log, `${name} ${what}\n`);

if (refuses) {
  answer({ error: refuses });
  process.exit(1);
}
console.log('a library greets its users');
answer({ ready: { name, weights } });
let turns = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const { do: wanted, count, path } = JSON.parse(line);
  if (wanted === 'memory') answer({ peak: megabytes });
  else if (wanted === 'output') {
    copyFileSync(output, path);
    answer({ written: path });
  } else {
    if (turns++ === breaksAfter) throw new Error('out of pretend memory');
    note(`begins ${count}`);
    // Long enough for another one's notes to come between, were it awake.
    await sleep(15);
    note('ends');
    answer({ times: Array.from({ length: count }, () => milliseconds) });
  }
}
