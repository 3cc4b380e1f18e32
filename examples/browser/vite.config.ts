import { defineConfig } from 'vite';
import { contentSecurityPolicy } from './build/content-security-policy.js';
import { PAGE_HEADERS } from './build/headers.js';
import { lesionAssets } from './build/lesion-assets.js';
import { precache } from './build/precache.js';
import { wasmThreads } from './build/wasm-threads.js';

export default defineConfig({
  // Relative, so that the page may lie in any folder of any host.
  base: './',
  plugins: [contentSecurityPolicy(), lesionAssets(), precache()],
  worker: { format: 'es', plugins: () => [lesionAssets(), wasmThreads()] },
  server: { headers: { ...PAGE_HEADERS } },
  preview: { headers: { ...PAGE_HEADERS } },
  build: {
    target: 'es2022',
    // Nothing as a data URL: the policy allows no script or style from one.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2500,
    rollupOptions: {
      input: { index: 'index.html', 'service-worker': 'src/service-worker.ts' },
      output: {
        entryFileNames: ({ name }) => (name === 'service-worker' ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
  },
});
