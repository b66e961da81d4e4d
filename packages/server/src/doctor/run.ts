/** What a program wrote before it ended with 0. */
export interface ProgramOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end; rejects with Node's error when it cannot start, fails or takes too
 * long. Node's module for that is loaded here, since it would cost every start 2 ms.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly timeoutMs: number },
): Promise<ProgramOutput> {
  const { execFile } = await import("node:child_process");
  const { env = process.env, timeoutMs } = options;
  return new Promise((resolve, reject) => {
    execFile(program, args, { env, timeout: timeoutMs }, (error, stdout, stderr) => {
      if (error === null) resolve({ stdout, stderr });
      else reject(Object.assign(error, { stdout, stderr }));
    });
  });
}
