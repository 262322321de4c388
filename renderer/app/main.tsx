// Entry of the window: draws the app once it knows what to draw.
import "./configureZod";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { queryClient } from "./answers";
import { startApp } from "./startApp";
import { StartFailed } from "./StartFailed";

const root = createRoot(document.getElementById("root") ?? document.body);

startApp().then(
  () =>
    root.render(
      <StrictMode>
        <QueryClientProvider client={queryClient}>
          <App />
        </QueryClientProvider>
      </StrictMode>,
    ),
  (error: unknown) => root.render(<StartFailed error={error} />),
);
