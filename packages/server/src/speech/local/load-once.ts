/** Loads something when it is first wanted, once; what failed is loaded anew when it is wanted again. */
export function loadOnce<Loaded>(load: () => Promise<Loaded>): {
  readonly get: () => Promise<Loaded>
  /** What was loaded, or is being; undefined: nothing was wanted yet, or it failed. */
  readonly current: () => Promise<Loaded> | undefined
} {
  let loading: Promise<Loaded> | undefined
  const begin = () => {
    const begun = load()
    loading = begun
    begun.catch(() => {
      if (loading === begun) loading = undefined
    })
    return begun
  }
  return { get: () => loading ?? begin(), current: () => loading }
}
