/** The part of the WebAssembly JavaScript API (W3C) that this folder uses; Node's types leave it to the DOM's. */
declare namespace WebAssembly {
  type ModuleImports = Record<string, (...args: never[]) => unknown>

  class Memory {
    readonly buffer: ArrayBuffer
  }

  class Module {
    constructor(bytes: Uint8Array)
  }

  class Instance {
    readonly exports: Record<string, unknown>
    constructor(module: Module, imports: Record<string, ModuleImports>)
  }
}
