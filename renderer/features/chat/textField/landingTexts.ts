// Texts that are on their way into a field while their tokens are counted: whoever sends the field's words waits for them.

let latest: Promise<boolean> = Promise.resolve(true);

/** `landing` resolves with whether the text is in the field now. */
export function trackLanding(landing: Promise<boolean>): void {
  const all = Promise.all([latest, landing]).then((landed) => landed.every(Boolean));
  latest = all;
  // What was refused is said by then, and holds nothing up later.
  void all.then(() => {
    if (latest === all) latest = Promise.resolve(true);
  });
}

/** Whether all that was on its way found its place; at once where nothing is. */
export function allLanded(): Promise<boolean> {
  return latest;
}
