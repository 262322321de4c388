// Lets a style attribute carry custom properties, which is how numbers reach CSS here.
import "react";

declare module "react" {
  interface CSSProperties {
    [property: `--${string}`]: string | number;
  }
}
