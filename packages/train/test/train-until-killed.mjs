// Trains a network and says on standard output how far it has come, until kill-ten-times.mjs kills it.
const say = (label) => process.stdout.write(`${label}\n`);
say('begin');
const { trainLfn, trainLin } = await import('@lesion/train');
const { network, ...options } = JSON.parse(process.argv[2]);

await (network === 'lin' ? trainLin : trainLfn)({
  ...options,
  onProgress: ({ phase, epoch, done, total }) =>
    say(`${phase}${epoch === undefined ? '' : `, epoch ${epoch}`}: ${done}/${total}`),
});
say('end');
