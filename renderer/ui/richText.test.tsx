// Tags of a message become what the caller draws.
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { richText } from "./richText";

it("draws tags, values and plurals", () => {
  const drawn = richText(
    "{count, plural, one {<b>#</b> file} other {<b>#</b> files}} in <folder>{path}</folder>.",
    { b: (text) => <b>{text}</b>, folder: (text) => <code>{text}</code> },
    { count: 2, path: "/home/<i>" },
  );
  expect(renderToStaticMarkup(<p>{drawn}</p>)).toBe("<p><b>2</b> files in <code>/home/&lt;i&gt;</code>.</p>");
});
