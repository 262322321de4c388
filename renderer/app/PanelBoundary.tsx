// Keeps a bug in one panel from taking the whole window with it; the others go on.
import { Component, type ReactNode } from "react";
import { Button } from "../ui/Button";
import styles from "./PanelBoundary.module.css";

interface PanelBoundaryProps {
  /** "The conversation", "The sidebar": begins the sentence. */
  readonly name: string;
  readonly children: ReactNode;
}

interface PanelBoundaryState {
  readonly error: Error | null;
}

export class PanelBoundary extends Component<PanelBoundaryProps, PanelBoundaryState> {
  override state: PanelBoundaryState = { error: null };

  static getDerivedStateFromError(error: unknown): PanelBoundaryState {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div role="alert" className={styles.broken}>
        <p>{this.props.name} could not be drawn. Your chats are safe.</p>
        <Button onClick={() => this.setState({ error: null })}>Draw it again</Button>
        <details>
          <summary>Show details</summary>
          <pre>{error.message}</pre>
        </details>
      </div>
    );
  }
}
