/** Writes the policy into the page itself, as the first thing in its head: it holds only for what follows. */
import type { Plugin } from 'vite';
import { CONTENT_SECURITY_POLICY } from './headers.js';

export function contentSecurityPolicy(): Plugin {
  return {
    name: 'lesion:content-security-policy',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: CONTENT_SECURITY_POLICY },
        injectTo: 'head-prepend',
      },
    ],
  };
}
