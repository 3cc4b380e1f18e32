/** SHA-256 of bytes, in Node, on secure pages and on others. */

const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** As 64 hexadecimal digits. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  // Browsers offer it on secure pages alone: https, or the machine itself. It is several times as fast as JavaScript.
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
  if (subtle !== undefined) {
    return hexOf(new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)));
  }
  const library = await import('@noble/hashes/sha2.js');
  return hexOf(library.sha256(bytes));
}
