// Entry of the window: draws the app once it knows what to draw.
import "./configureZod";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { startApp } from "./startApp";
import { StartFailed } from "./StartFailed";

const root = createRoot(document.getElementById("root") ?? document.body);

startApp().then(
  () =>
    root.render(
      <StrictMode>
        <App />
      </StrictMode>,
    ),
  (error: unknown) => root.render(<StartFailed error={error} />),
);
