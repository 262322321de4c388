// What a reader would see as broken on screen, whatever the language: text that is cut off or spills over, and things that overlap.
import type { Page } from "@playwright/test";

/** Each fault as a line: what is wrong, where, and the text. */
export async function layoutFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const TOLERANCE_PX = 1.5;
    const faults = new Set<string>();
    const dialogs = [...document.querySelectorAll<HTMLElement>("dialog[open], [role=menu], [role=listbox]")];
    // What lies below a dialog is not looked at.
    const root: HTMLElement = dialogs.at(-1) ?? document.body;

    const nameOf = (element: Element) =>
      `${element.tagName.toLowerCase()}.${[...element.classList].map((one) => one.replace(/^_|_\w+_\d+$/gu, "")).join(".")}`;
    const textOf = (element: Element) => (element.textContent ?? "").trim().replaceAll(/\s+/gu, " ").slice(0, 70);
    const report = (what: string, element: Element, text = textOf(element)) =>
      faults.add(`${what}: ${nameOf(element)} in ${nameOf(element.parentElement ?? element)} “${text}”`);
    const isSeen = (element: Element) =>
      element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
      element.closest(".visually-hidden, [inert], svg, option") === null;
    const isShortened = (element: Element) => {
      const { textOverflow, webkitLineClamp } = getComputedStyle(element);
      return textOverflow === "ellipsis" || webkitLineClamp !== "none";
    };
    const cuts = (element: Element, side: "overflowX" | "overflowY") =>
      /hidden|clip/u.test(getComputedStyle(element)[side]);
    const scrolls = (element: Element) => {
      const { overflowX, overflowY } = getComputedStyle(element);
      return /auto|scroll/u.test(`${overflowX} ${overflowY}`);
    };

    /** The part of a rectangle that is in view: not scrolled away, not cut. null: none of it. */
    const shownPart = (element: Element, rect: DOMRect): DOMRect | null => {
      let { left, top, right, bottom } = rect;
      for (let at: Element | null = element; at !== null; at = at.parentElement) {
        if (!cuts(at, "overflowX") && !cuts(at, "overflowY") && !scrolls(at)) continue;
        const box = at.getBoundingClientRect();
        [left, top] = [Math.max(left, box.left), Math.max(top, box.top)];
        [right, bottom] = [Math.min(right, box.right), Math.min(bottom, box.bottom)];
      }
      return right - left > 1 && bottom - top > 1 ? new DOMRect(left, top, right - left, bottom - top) : null;
    };

    const texts: { element: Element; rects: DOMRect[] }[] = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const element = node.parentElement;
      if (element === null || (node.textContent ?? "").trim() === "" || !isSeen(element)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const rects = [...range.getClientRects()].filter(({ width, height }) => width > 1 && height > 1);
      texts.push({ element, rects });
      // Up to the first that scrolls: what it hides can be reached.
      for (let at: Element | null = element; at !== null && !scrolls(at); at = at.parentElement) {
        const box = at.getBoundingClientRect();
        if (isShortened(at)) {
          // Its title, or that of the control around it, has the whole text.
          if (at.scrollWidth > at.clientWidth + 1 && at.closest("[title], [aria-label], [data-user-text]") === null)
            report("shortened, and the whole is nowhere", at);
          break;
        }
        if (
          cuts(at, "overflowX") &&
          rects.some((r) => r.right > box.right + TOLERANCE_PX || r.left < box.left - TOLERANCE_PX)
        )
          report("cut off at the side", element, (node.textContent ?? "").trim().slice(0, 70));
        if (
          cuts(at, "overflowY") &&
          rects.some((r) => r.bottom > box.bottom + TOLERANCE_PX || r.top < box.top - TOLERANCE_PX)
        )
          report("cut off above or below", element, (node.textContent ?? "").trim().slice(0, 70));
      }
      if (
        rects.some(({ left, right }) => right > innerWidth + TOLERANCE_PX || left < -TOLERANCE_PX) &&
        shownPart(element, rects[0] ?? new DOMRect()) !== null
      )
        report("out of the window", element);
      const control = element.closest("button, [role=tab], [role=menuitem], legend, th, label, summary, a");
      const box = control?.getBoundingClientRect();
      if (
        control &&
        box &&
        !control.closest("table, [class*=markdown]") &&
        getComputedStyle(control).display !== "inline" &&
        rects.some(
          (r) =>
            r.right > box.right + TOLERANCE_PX ||
            r.left < box.left - TOLERANCE_PX ||
            r.bottom > box.bottom + 3 ||
            r.top < box.top - 3,
        ) &&
        !isShortened(element)
      )
        report("wider than its control", control);
    }
    for (const box of root.querySelectorAll("main, aside, nav, header, footer, dialog, section, form"))
      if (
        isSeen(box) &&
        scrolls(box) &&
        box.scrollWidth > box.clientWidth + 1 &&
        !isShortened(box) &&
        // A wide table has a scroller of its own.
        box.querySelector(":scope > table") === null &&
        box.closest("pre, table") === null
      )
        report("scrolls sideways", box);
    if (document.documentElement.scrollWidth > innerWidth) report("scrolls sideways", document.documentElement, "");

    const sticky = (element: Element) => {
      for (let at: Element | null = element; at !== null && at !== root; at = at.parentElement)
        if (/sticky|fixed|absolute/u.test(getComputedStyle(at).position)) return at;
      return null;
    };
    const controls = [...root.querySelectorAll("button, input, select, textarea, a, [role=tab], summary")]
      .filter((element) => isSeen(element) && element.closest("[class*=markdown]") === null)
      .flatMap((element) => {
        const rect = shownPart(element, element.getBoundingClientRect());
        return rect === null ? [] : [{ element, rect, layer: sticky(element) }];
      });
    for (const { element, rect } of controls) {
      const around = element.closest("table, article, dialog");
      const box = around?.getBoundingClientRect();
      // Of a button without an edge, its words stand in line with the page.
      const { paddingLeft, paddingRight } = getComputedStyle(element);
      const [left, right] = element.matches("[class*=quiet]")
        ? [parseFloat(paddingLeft), parseFloat(paddingRight)]
        : [0, 0];
      if (box && (rect.right - right > box.right + TOLERANCE_PX || rect.left + left < box.left - TOLERANCE_PX))
        report("sticks out at the side", element);
    }
    const words = texts.flatMap(({ element, rects }) => {
      const layer = sticky(element);
      return rects.flatMap((each) => {
        const rect = shownPart(element, each);
        return rect === null ? [] : [{ element, rect, layer }];
      });
    });
    for (const [index, one] of controls.entries()) {
      for (const other of [...controls.slice(index + 1), ...words]) {
        if (one.layer !== other.layer || one.element.contains(other.element) || other.element.contains(one.element))
          continue;
        // A label around its field, and a field that is drawn over by its own look.
        if (one.element.closest("label")?.contains(other.element)) continue;
        const width = Math.min(one.rect.right, other.rect.right) - Math.max(one.rect.left, other.rect.left);
        const height = Math.min(one.rect.bottom, other.rect.bottom) - Math.max(one.rect.top, other.rect.top);
        if (width > 2 && height > 3) report(`overlaps “${textOf(other.element)}”`, one.element);
      }
    }
    return [...faults];
  });
}

/** Everything on screen or read aloud, each text once. */
export async function allTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const ATTRIBUTES = [
      "aria-label",
      "aria-description",
      "aria-valuetext",
      "aria-roledescription",
      "title",
      "placeholder",
      "alt",
    ];
    const found = new Set<string>([document.title]);
    for (const element of document.body.querySelectorAll("*")) {
      if (element.closest("pre, code, kbd, [class*=markdown], [lang]:not(html), textarea, script, style") !== null)
        continue;
      for (const name of ATTRIBUTES) found.add(element.getAttribute(name) ?? "");
      for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) found.add(node.textContent ?? "");
    }
    return [...found].map((text) => text.trim()).filter((text) => text !== "");
  });
}
