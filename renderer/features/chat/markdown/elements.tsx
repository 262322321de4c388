// How each element of Markdown is drawn. Only what is listed here exists in an answer; no attribute passes unseen.
import { Check } from "lucide-react";
import { createElement, type ComponentType, type CSSProperties, type MouseEvent, type ReactNode } from "react";
import { useIsCodeFenceIncomplete, type ExtraProps } from "streamdown";
import { callOrNotify } from "../../../app/bridge";
import { CodeBlock } from "./CodeBlock";
import { CopyButton } from "./CopyButton";
import { linkTarget } from "./linkTarget";
import styles from "./Markdown.module.css";
import { t } from "../../../../electron/words/language";

/** What streamdown hands to a component: parsed from a model's words, so nothing about it is trusted. */
type ElementProps = Record<string, unknown> & ExtraProps & { readonly children?: ReactNode };

/** The part of a hast element that is read here. */
interface HastNode {
  readonly value?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly children?: readonly HastNode[];
}

/** The tag with its children and nothing else. */
function bare(tag: string): ComponentType<ElementProps> {
  function Bare({ children }: ElementProps): ReactNode {
    return createElement(tag, null, children);
  }
  return Bare;
}

/** The same for what holds prose: its direction is its own, so that right-to-left words and tricks stay inside. */
function prose(tag: string, className?: string): ComponentType<ElementProps> {
  function Prose({ children }: ElementProps): ReactNode {
    return createElement(tag, className === undefined ? { dir: "auto" } : { dir: "auto", className }, children);
  }
  return Prose;
}

function Link({ href, children }: ElementProps): ReactNode {
  const target = linkTarget(href);
  if (target === null) return <span>{children}</span>;
  function open(event: MouseEvent): void {
    event.preventDefault();
    if (target !== null && event.button < 2) void callOrNotify("app.openLink", { url: target });
  }
  return (
    <a href={target} title={target} rel="noopener noreferrer" draggable={false} onClick={open} onAuxClick={open}>
      {children}
    </a>
  );
}

/** Loading an image would tell its server that, and what, you are reading. */
function Image({ alt, src }: ElementProps): ReactNode {
  const words = typeof alt === "string" && alt !== "" ? alt : typeof src === "string" ? src.slice(0, 200) : "";
  return (
    <span className={styles.image}>
      {words === "" ? t("Image not loaded") : t("Image not loaded: {words}", { words })}
    </span>
  );
}

function Preformatted({ node }: ElementProps): ReactNode {
  const growing = useIsCodeFenceIncomplete();
  const code: HastNode | undefined = (node as HastNode | undefined)?.children?.[0];
  const classNames = code?.properties?.["className"];
  const languageClass = Array.isArray(classNames)
    ? classNames.find((name) => String(name).startsWith("language-"))
    : undefined;
  return (
    <CodeBlock
      code={textOf(code).replace(/\n$/u, "")}
      language={languageClass === undefined ? "" : String(languageClass).slice("language-".length, 60)}
      growing={growing}
    />
  );
}

function Table({ children }: ElementProps): ReactNode {
  return (
    <div className={styles.table}>
      {/* Focusable, so that wide tables can be scrolled with the keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <section className={styles.tableScroll} aria-label={t("Table")} tabIndex={0}>
        <table>{children}</table>
      </section>
      <span className={styles.tableCopy}>
        <CopyButton text={tableText} label={t("Copy table")} />
      </span>
    </div>
  );
}

/** Tabs between cells: what spreadsheets take. */
function tableText(button: HTMLElement): string {
  const rows = button.parentElement?.parentElement?.querySelectorAll("tr") ?? [];
  return [...rows]
    .map((row) => [...row.cells].map((cell) => (cell.textContent ?? "").replace(/\s+/gu, " ")).join("\t"))
    .join("\n");
}

function cell(tag: "th" | "td"): ComponentType<ElementProps> {
  function Cell({ children, style }: ElementProps): ReactNode {
    const align = (style as CSSProperties | undefined)?.textAlign;
    const aligned = align === "center" || align === "right" ? { style: { textAlign: align } } : null;
    return createElement(tag, { dir: "auto", ...aligned }, children);
  }
  return Cell;
}

function OrderedList({ children, start }: ElementProps): ReactNode {
  return <ol start={typeof start === "number" ? start : undefined}>{children}</ol>;
}

function ListItem({ children, className }: ElementProps): ReactNode {
  return (
    <li dir="auto" className={String(className).includes("task-list-item") ? styles.task : undefined}>
      {children}
    </li>
  );
}

/** The only input of Markdown: the box of a task. */
function TaskBox({ checked }: ElementProps): ReactNode {
  const done = checked === true;
  return (
    <span className={done ? styles.boxDone : styles.box}>
      {done ? <Check size={11} strokeWidth={3} aria-hidden /> : null}
      <span className="visually-hidden">{done ? t("Done:") : t("Not done:")}</span>
    </span>
  );
}

function textOf(node: HastNode | undefined): string {
  if (node === undefined) return "";
  return node.value ?? (node.children ?? []).map(textOf).join("");
}

/** Headings start at 3: the page has level 1, each message level 2. */
export const elements: Readonly<Record<string, ComponentType<ElementProps>>> = {
  a: Link,
  blockquote: prose("blockquote"),
  br: bare("br"),
  code: bare("code"),
  del: bare("del"),
  em: bare("em"),
  h1: prose("h3", styles.h1),
  h2: prose("h4", styles.h2),
  h3: prose("h5", styles.h3),
  h4: prose("h6", styles.h4),
  h5: prose("h6", styles.h4),
  h6: prose("h6", styles.h4),
  hr: bare("hr"),
  img: Image,
  input: TaskBox,
  li: ListItem,
  ol: OrderedList,
  p: prose("p"),
  pre: Preformatted,
  section: bare("section"),
  strong: bare("strong"),
  sub: bare("sub"),
  sup: bare("sup"),
  table: Table,
  tbody: bare("tbody"),
  td: cell("td"),
  th: cell("th"),
  thead: bare("thead"),
  tr: bare("tr"),
  ul: bare("ul"),
};

/** Elements that are not in the table are taken out, their words stay. */
export const allowedElements = Object.keys(elements);
