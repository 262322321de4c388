// A small icon button under a message.
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { IconButton } from "../../../ui/IconButton";

export interface QuietButtonProps {
  readonly name: string;
  readonly icon: LucideIcon;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}

export function QuietButton({ name, icon: Icon, disabled = false, onClick }: QuietButtonProps): ReactNode {
  return <IconButton name={name} icon={<Icon size={14} aria-hidden />} disabled={disabled} onClick={onClick} />;
}
