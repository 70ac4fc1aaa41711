// The package brings no types; this is what is used of it.
declare module '@micropython/micropython-webassembly-pyscript' {
  export interface MicroPython {
    readonly FS: {
      mkdir(path: string): void;
      writeFile(path: string, content: string): void;
    };
    /** A function of JavaScript that throws ends the interpreter's run: no handler in Python sees it. */
    registerJsModule(name: string, module: object): void;
    runPython(code: string): void;
  }

  export function loadMicroPython(options: {
    readonly heapsize: number;
    readonly linebuffer: boolean;
    readonly stdout: (line: string) => void;
  }): Promise<MicroPython>;
}
