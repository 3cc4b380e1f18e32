// Which models are used, with a package of pretrained models that always holds them.
import { beforeEach, expect, it, vi } from 'vitest';
import { chooseModels } from './model-choice.js';

vi.mock('@lesion/pretrained', () => ({
  pretrainedModel: (name: string) => ({ name, folder: `/models/${name}`, card: `/models/${name}/README.md` }),
}));

let notes: string[];
beforeEach(() => {
  notes = [];
});
const choose = (options: { lin?: string; lfn?: string }) =>
  chooseModels(options, (line) => void notes.push(line));

it('takes both pretrained models where none is named, and says where their cards lie', async () => {
  expect(await choose({})).toEqual({ lin: '/models/lin', lfn: '/models/lfn' });
  expect(notes).toEqual([
    'pretrained LIN, for research; what it can do and what not: /models/lin/README.md',
    'pretrained LFN, for research; what it can do and what not: /models/lfn/README.md',
  ]);
});

it('takes what is named and nothing else', async () => {
  expect(await choose({ lin: 'runs/lin' })).toEqual({ lin: 'runs/lin' });
  expect(await choose({ lfn: './pretrained' })).toEqual({ lfn: './pretrained' });
  expect(await choose({ lin: 'a', lfn: 'b' })).toEqual({ lin: 'a', lfn: 'b' });
  expect(notes).toEqual([]);
});

it('knows the pretrained models by their word', async () => {
  expect(await choose({ lin: 'pretrained' })).toEqual({ lin: '/models/lin' });
  expect(await choose({ lin: 'runs/lin', lfn: 'pretrained' })).toEqual({
    lin: 'runs/lin',
    lfn: '/models/lfn',
  });
  expect(notes).toHaveLength(2);
});
