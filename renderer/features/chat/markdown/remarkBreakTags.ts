// Turns <br>, the one HTML tag that models use in tables, into a line break. All other HTML is shown as written.

interface MarkdownNode {
  type: string;
  value?: string;
  children?: MarkdownNode[];
}

const BREAK_TAG = /^<br\s*\/?>$/iu;

export function remarkBreakTags(): (tree: MarkdownNode) => void {
  return visit;
}

function visit(node: MarkdownNode): void {
  for (const child of node.children ?? []) {
    if (child.type === "html" && child.value !== undefined && BREAK_TAG.test(child.value)) {
      child.type = "break";
      delete child.value;
    } else visit(child);
  }
}
