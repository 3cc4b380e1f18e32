/** What a server should send with every file of the page; the dev server, the preview and the tests' server do. */

const directives = (frameAncestors: boolean): string =>
  [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "connect-src 'self'",
    "img-src 'self' blob: data:",
    "style-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    // Browsers heed this one in headers alone, and complain about it in a meta element.
    ...(frameAncestors ? ["frame-ancestors 'none'"] : []),
  ].join('; ');

/** The policy as the page's own meta element states it, for hosts whose headers cannot be set. */
export const CONTENT_SECURITY_POLICY = directives(false);

export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': directives(true),
  // These two make the page cross-origin isolated: without that, WebAssembly has one thread.
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};
