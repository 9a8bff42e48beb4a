import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The server of the API while the page is developed with `npm run dev --workspace web`. */
const API = process.env["TIDEMARK_API"] ?? "http://127.0.0.1:4180";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  server: { host: "127.0.0.1", proxy: { "/api": { target: API, ws: true } } },
  build: {
    target: "es2022",
    // The strict policy of content allows no inline script, which the polyfill would be.
    modulePreload: { polyfill: false },
    // A font or picture inside the style sheet would be a data address that the policy refuses.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    manifest: true,
  },
});
