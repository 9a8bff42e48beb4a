import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { applySettings } from "./lib/settings.ts";
import { App } from "./shell/app.tsx";
import "./styles/base.css";

applySettings();
const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
