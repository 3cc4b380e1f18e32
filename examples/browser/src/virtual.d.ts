/** Made by build/lesion-assets.ts. */
declare module 'virtual:lesion-assets' {
  const addresses: {
    lin: string;
    lfn: string;
    wasm: string;
    samples: { diagnosis: string; address: string }[];
  };
  export default addresses;
}
