// Electron's side of the estimator bench: forks the built engine as the app does, and passes messages on.
const { app, utilityProcess } = require("electron");

void app.whenReady().then(() => {
  const child = utilityProcess.fork(process.argv.at(-1), [], { serviceName: "Facet engine", stdio: "ignore" });
  child.on("message", (message) => process.send?.(message));
  child.once("exit", () => app.exit(0));
  process.on("message", (message) => child.postMessage(message));
  process.once("disconnect", () => app.exit(0));
});
