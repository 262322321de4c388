// Draws a model's words as Markdown: no HTML, no images, no addresses but web and mail, and plain text where Markdown fails.
import { Component, memo, type ComponentProps, type ReactNode } from "react";
import { Block, defaultRemarkPlugins, Streamdown } from "streamdown";
import { allowedElements, elements } from "./elements";
import styles from "./Markdown.module.css";
import { remarkBreakTags } from "./remarkBreakTags";
import { isTooNested, splitBlocks } from "./splitBlocks";

/** Longer texts are shown as they are: parsing them would stop the window. */
const MAX_MARKDOWN_CHARACTERS = 400_000;
/** The same for one block that is not code or a table; a page of dense prose has 4,000. */
const MAX_BLOCK_CHARACTERS = 16_000;
const MAX_TABLE_CHARACTERS = 60_000;
/** Finding mail addresses takes time that grows with the square of their number. */
const MAX_AT_SIGNS = 300;

export interface MarkdownProps {
  readonly text: string;
  /** The text is still growing: an unfinished mark at its end is drawn as if it were finished. */
  readonly growing: boolean;
}

const remarkPlugins = [...Object.values(defaultRemarkPlugins), remarkBreakTags];
/** No rehype plugins: without rehype-raw, HTML stays the text that it is. */
const rehypePlugins: [] = [];
const linkSafety = { enabled: false };

export const Markdown = memo(function Markdown({ text, growing }: MarkdownProps): ReactNode {
  if (text.length > MAX_MARKDOWN_CHARACTERS) {
    return (
      <div className={styles.markdown}>
        <p className={styles.asWritten} dir="auto">
          {text}
        </p>
      </div>
    );
  }
  return (
    <Streamdown
      className={styles.markdown ?? ""}
      mode="streaming"
      isAnimating={growing}
      parseIncompleteMarkdown={growing}
      parseMarkdownIntoBlocksFn={splitBlocks}
      BlockComponent={GuardedBlock}
      remarkPlugins={remarkPlugins}
      rehypePlugins={rehypePlugins}
      components={elements}
      allowedElements={allowedElements}
      unwrapDisallowed
      controls={false}
      linkSafety={linkSafety}
    >
      {text}
    </Streamdown>
  );
});

type BlockProps = ComponentProps<typeof Block>;

/** One block, or its words as written when they are too much for the parser. */
function GuardedBlock(props: BlockProps): ReactNode {
  const { content } = props;
  if (isTooMuch(content))
    return (
      <p className={styles.asWritten} dir="auto">
        {content}
      </p>
    );
  return (
    <BlockBoundary content={content}>
      <Block {...props} />
    </BlockBoundary>
  );
}

/** Runs of marks that no text has, and that parsers need quadratic time for. */
const ABSURD_MARKS = /(?:\[|\*\*|__|!\[){100}|[*_]{300}/u;

function isTooMuch(content: string): boolean {
  if (isTooNested(content)) return true;
  if (/^ {0,3}(?:```|~~~)/u.test(content)) return false;
  const limit = content.startsWith("|") ? MAX_TABLE_CHARACTERS : MAX_BLOCK_CHARACTERS;
  return (
    content.length > limit || ABSURD_MARKS.test(content) || content.split("@", MAX_AT_SIGNS + 2).length > MAX_AT_SIGNS
  );
}

interface BoundaryProps {
  readonly content: string;
  readonly children: ReactNode;
}

interface BoundaryState {
  readonly content: string;
  readonly failed: boolean;
}

/** What the parser cannot take is shown as written, until it changes. */
class BlockBoundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { content: this.props.content, failed: false };

  static getDerivedStateFromError(): Partial<BoundaryState> {
    return { failed: true };
  }

  static getDerivedStateFromProps({ content }: BoundaryProps, state: BoundaryState): BoundaryState | null {
    return content === state.content ? null : { content, failed: false };
  }

  override render(): ReactNode {
    const { content, children } = this.props;
    return this.state.failed ? (
      <p className={styles.asWritten} dir="auto">
        {content}
      </p>
    ) : (
      children
    );
  }
}
