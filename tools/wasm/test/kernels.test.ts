import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { binaryFile, compileKernels, packagesWithKernels } from '../build.mjs';

describe.each(packagesWithKernels())('the kernels of %s', (name) => {
  it('are committed as their sources give them', async () => {
    const file = binaryFile(name);
    expect(existsSync(file), `run node tools/wasm/build.mjs ${name}`).toBe(true);
    const stale = (await compileKernels(name)) !== readFileSync(file, 'utf8');
    expect(stale, `binary.ts is stale: run node tools/wasm/build.mjs ${name}`).toBe(false);
  });

  it('need nothing from outside and say where their memory begins', async () => {
    const { binary } = (await import(binaryFile(name).href)) as { binary: string };
    const module = await WebAssembly.compile(Buffer.from(binary, 'base64'));
    expect(WebAssembly.Module.imports(module)).toEqual([]);
    const names = WebAssembly.Module.exports(module).map((each) => each.name);
    expect(names).toEqual(expect.arrayContaining(['memory', 'heapBase']));
  });
});

describe('compileKernels', () => {
  it('fails with the name of a package that has none', async () => {
    await expect(compileKernels('none')).rejects.toThrow('none/assembly');
  });
});
