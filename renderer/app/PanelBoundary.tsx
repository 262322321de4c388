// Keeps a bug in one panel from taking the whole window with it; the others go on.
import { Component, type ReactNode } from "react";
import { Button } from "../ui/Button";
import styles from "./PanelBoundary.module.css";
import { t } from "../../electron/words/language";

interface PanelBoundaryProps {
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
        <p>{t("This part of the window couldn’t be shown. Your chats are safe.")}</p>
        <Button onClick={() => this.setState({ error: null })}>{t("Try again")}</Button>
        <details>
          <summary>{t("Show details")}</summary>
          <pre>{error.message}</pre>
        </details>
      </div>
    );
  }
}
