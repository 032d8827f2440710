// SPDX-License-Identifier: MIT
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// `npm run dev` serves the page with hot reload and hands everything else to the C++ server.
const server = `http://localhost:${process.env.PORT ?? "3001"}`;

export default defineConfig({
  plugins: [react()],
  build: { target: "es2020", sourcemap: false },
  server: {
    port: 5173,
    proxy: { "/socket.io": { target: server, ws: true }, "/source": server, "/api": server },
  },
});
