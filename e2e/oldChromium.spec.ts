// The status bar says when the Chromium that the window runs in is not current, as it is with the Electron that set-up falls back to.
import { ChatWindow } from "./ChatWindow";
import { checkAccessibility } from "./checkAccessibility";
import { expect, test } from "./test";

test("an old Chromium is said in the status bar, and explained by the keyboard; a current one is not", async ({
  launch,
}) => {
  const app = await launch({ starterModel: false });
  const chat = new ChatWindow(app.window);
  const note = chat.engineBar.getByRole("button", { name: "Old Chromium" });
  const { running, newer } = await app.window.evaluate(async () => {
    const snapshot = await window.facet.call["app.snapshot"](undefined);
    if (!snapshot.ok) throw new Error(snapshot.failure.code);
    return { running: snapshot.value.electronVersion, newer: snapshot.value.newerElectronVersion };
  });
  await expect(note).toHaveCount(newer === null ? 0 : 1);
  if (newer === null) return;
  await note.focus();
  await app.window.keyboard.press("Enter");
  const explanation = app.window.getByRole("dialog", { name: "Old Chromium" });
  await expect(explanation).toContainText(`Electron ${newer}`);
  await expect(explanation).toContainText(`Electron ${running}`);
  await checkAccessibility(app.window, "the note about an old Chromium");
  await app.window.keyboard.press("Escape");
  await expect(explanation).toBeHidden();
  await expect(note).toBeFocused();
});
