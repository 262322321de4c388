// The brand's gem, drawn in the accent colour.
export function Gem({ size }: { readonly size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 22 22" aria-hidden>
      <path d="M11 1.5 19.5 7v8L11 20.5 2.5 15V7Z" fill="var(--accent)" />
      <path d="M11 1.5 19.5 7 11 11 2.5 7Z" fill="#fff" opacity=".42" />
      <path d="M11 11 19.5 7v8L11 20.5Z" fill="#000" opacity=".18" />
    </svg>
  );
}
