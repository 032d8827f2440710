// SPDX-License-Identifier: MIT
import "@fontsource-variable/inter";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { Chat } from "./chat";
import "./styles/base.css";
import "./styles/join.css";
import "./styles/room.css";
import "./styles/messages.css";
import "./styles/composer.css";

const chat = new Chat();

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App chat={chat} />
  </StrictMode>,
);
