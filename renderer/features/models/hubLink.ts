// Recognises a repository in what was typed or pasted: a Hugging Face address, or "owner/name". Renderer.
import { RepositoryName } from "../../../electron/contract/hub";

/** Below these paths of the site lie no model repositories. */
const NOT_MODELS = new Set([
  "datasets",
  "spaces",
  "docs",
  "blog",
  "papers",
  "collections",
  "api",
  "models",
  "settings",
]);

/** Null when the text names no model repository: then it is something to search for. */
export function repositoryIn(text: string): RepositoryName | null {
  const trimmed = text.trim();
  const parsed = RepositoryName.safeParse(trimmed);
  if (parsed.success) return NOT_MODELS.has(parsed.data.split("/")[0] ?? "") ? null : parsed.data;
  const path = pathOnHub(trimmed);
  if (path === null) return null;
  const [owner, name] = path;
  if (owner === undefined || name === undefined || NOT_MODELS.has(owner)) return null;
  const fromLink = RepositoryName.safeParse(`${owner}/${name}`);
  return fromLink.success ? fromLink.data : null;
}

/** "https://huggingface.co/a/b/blob/main/c.gguf", also without https://, and hf.co's "hf.co/a/b:Q4_K_M". */
function pathOnHub(text: string): string[] | null {
  const withoutCommand = text.replace(/^(?:ollama run|llama-cli -hf|llama-server -hf)\s+/u, "");
  const address = /^https?:\/\//iu.test(withoutCommand) ? withoutCommand : `https://${withoutCommand}`;
  const url = URL.parse(address);
  if (url === null || !["huggingface.co", "www.huggingface.co", "hf.co"].includes(url.hostname)) return null;
  return url.pathname
    .split("/")
    .filter((part) => part !== "")
    .map((part, index) => (index === 1 ? part.replace(/:.*$/u, "") : part));
}
