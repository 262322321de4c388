// Whether an element can be seen, or soon will be: what is far away is not asked for. Renderer.
import { type RefObject, useEffect, useState } from "react";

/** Asked for a little before it is scrolled into view. */
const MARGIN_PX = 160;

export function useOnScreen(ref: RefObject<Element | null>): boolean {
  const [onScreen, setOnScreen] = useState(false);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new IntersectionObserver((entries) => setOnScreen(entries.at(-1)?.isIntersecting === true), {
      rootMargin: `${MARGIN_PX}px`,
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return onScreen;
}
