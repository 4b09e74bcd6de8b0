/** How long a movement may take: none for those who asked for less of it. */
export function motion(): number {
  return matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 200;
}
