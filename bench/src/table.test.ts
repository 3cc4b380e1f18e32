import { expect, it } from 'vitest';
import { timeRow } from './rows.js';
import { formatTable } from './table.js';

const side = (name: string, time: number) => ({ name, rounds: [[time]], peak: 1 });

it('shows rows below each other and each reason once', () => {
  const missing = { name: 'torch', reason: 'not installed' };
  const table = formatTable([
    timeRow('step/batch-32', side('ours', 10), side('torch 1.13', 123.4)),
    timeRow('step/batch-64', side('ours', 20), missing, {
      limit: { value: 5, of: '1 GB moved' },
      agreement: { measure: 'share', value: 0.98765 },
    }),
    timeRow('step/batch-96', side('ours', 0.5), missing),
  ]);
  expect(table).toBe(
    [
      '                ours  peer   ratio     by round  near  agree  unit  peer',
      'step/batch-32   10.0   123  12.34x  12.34-12.34               ms    torch 1.13',
      'step/batch-64   20.0     -       -               0.25  0.988  ms    torch',
      'step/batch-96  0.500     -       -                            ms    torch',
      '',
      'step/batch-64, step/batch-96: torch: not installed',
    ].join('\n'),
  );
});
