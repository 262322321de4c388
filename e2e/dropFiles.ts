// Drops files and folders on the window as a file manager does: through Chromium's own drag and drop, so that they have real paths.
import type { FacetApp } from "./FacetApp";

/** CDP's name for "copy". */
const COPY = 1;

/** Where in the window; in the conversation, of a window of the usual size. */
const PLACE = { x: 300, y: 200 };

export async function holdFilesOver(
  app: FacetApp,
  paths: readonly string[],
  { x, y } = PLACE,
): Promise<() => Promise<void>> {
  const session = await app.window.context().newCDPSession(app.window);
  const data = { items: [], files: [...paths], dragOperationsMask: COPY };
  await session.send("Input.dispatchDragEvent", { type: "dragEnter", x, y, data });
  await session.send("Input.dispatchDragEvent", { type: "dragOver", x, y, data });
  return async () => {
    await session.send("Input.dispatchDragEvent", { type: "drop", x, y, data });
    await session.detach();
  };
}

export async function dropFiles(app: FacetApp, paths: readonly string[], place = PLACE): Promise<void> {
  const drop = await holdFilesOver(app, paths, place);
  await drop();
}
