// The commands and their options, declared for commander; what each does is in a file of its own, loaded when asked for.
import { Command, CommanderError, Option } from 'commander';
import { fail } from '../core/common/errors.ts';
import { nearest } from '../magics/suggest.ts';

/** Options of every command that holds a conversation. */
export interface ConversationFlags {
  readonly attach?: string;
  readonly write?: boolean;
  readonly allowFs?: boolean;
  readonly allowNet?: boolean;
  readonly allowRun?: boolean;
  readonly allowEnv?: boolean;
  readonly allowPkg?: readonly string[];
}

const withConversation = (command: Command): Command =>
  command
    .option('--attach <target>', 'attach to a running process: pid, :port, name, script path or inspector URL')
    .option('--write', 'open edit, send, code and supervise access from the start')
    .option('--allow-fs', 'let cells use the file system')
    .option('--allow-net', 'let cells use the network')
    .option('--allow-run', 'let cells start processes')
    .option('--allow-env', 'let cells read the environment')
    .option('--allow-pkg <names...>', 'let cells load these packages in the sandbox host');

export async function runCommand(args: readonly string[], version: string): Promise<void> {
  const program = new Command('devsandbox')
    .description(
      'Attach to a running Node.js process: record, replay, change the past, edit with undo, compare variants.',
    )
    .version(version, '-V, --version')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .showHelpAfterError(false)
    .showSuggestionAfterError(false);

  withConversation(program.command('repl', { isDefault: true }).description('a terminal for cells and magics')).action(
    async (flags: ConversationFlags) => {
      const { startRepl } = await import('../repl/index.ts');
      await startRepl(await engineOptions(flags));
    },
  );

  withConversation(
    program
      .command('run')
      .description('run the cells of a script or notebook')
      .argument('<file>', 'FILE.ts with cells divided by // %%, or FILE.ipynb'),
  )
    .option('--json', 'one JSON object a line for each cell')
    .action(async (file: string, flags: ConversationFlags & { json?: boolean }) => {
      const { runFile } = await import('./run.ts');
      await runFile(file, await engineOptions(flags), { json: flags.json === true });
    });

  program
    .command('targets')
    .description('list the processes that can be attached to')
    .option('--json', 'as JSON')
    .action(async (flags: { json?: boolean }) => runOne(['%targets'], flags));

  program
    .command('record')
    .description('start a program and record it from its first line')
    .argument('<command...>', 'options of node, the program and its arguments')
    .option('--out <file>', 'path of the tape')
    .addOption(new Option('--scope <globs>', 'what counts as own code'))
    .addOption(new Option('--compression <codec>', 'how blocks are written').choices(['lz4', 'zstd', 'none']))
    .passThroughOptions()
    .action(async (command: readonly string[], flags: { out?: string; scope?: string; compression?: string }) => {
      const { recordProgram } = await import('./record.ts');
      await recordProgram(command, flags);
    });

  program
    .command('replay')
    .description('re-execute tapes from the tape alone and compare')
    .argument('<tapes...>', 'paths of tapes')
    .option('--check', 'every root call; exit code 1 when one is not exact')
    .option('--json', 'one JSON object a line for each tape')
    .action(async (tapes: readonly string[], flags: { check?: boolean; json?: boolean }) => {
      const { replayTapes } = await import('./replay.ts');
      await replayTapes(tapes, flags);
    });

  const tape = program.command('tape').description('look at tapes');
  for (const what of ['list', 'show', 'gaps'] as const) {
    const command = tape.command(what).option('--json', 'as JSON');
    if (what !== 'list') command.argument('[tape]', 'id or path');
    command.action(async (first: unknown, second: unknown) => {
      const [name, flags] = what === 'list' ? [undefined, first] : [first, second];
      await runOne(
        [`%tape ${what}`, ...(typeof name === 'string' ? [JSON.stringify(name)] : [])],
        flags as { json?: boolean },
      );
    });
  }

  await addKernel(program);
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return; // help was shown
    const group = program.commands.find((each) => each.name() === args[0]);
    // `devsandbox kernel` alone: what it can do is the answer.
    if (error.code === 'commander.help' && group && args.length === 1) {
      group.outputHelp();
      return;
    }
    throw usageError(error, program, args);
  }
}

async function addKernel(program: Command): Promise<void> {
  const kernel = program.command('kernel').description('the Jupyter kernel');
  kernel
    .command('install')
    .description('make the kernel known to Jupyter')
    .option('--user', 'for this user, which is what happens without any of these')
    .option('--sys-prefix', 'into the Python environment that is active')
    .option('--prefix <folder>', 'into this folder')
    .option('--name <name>', 'name of the kernel')
    .option('--attach <target>', 'target that the kernel attaches to when it starts')
    .allowUnknownOption()
    .argument('[args...]', 'more options of "devsandbox kernel run"')
    .action(async (args: readonly string[], flags: Record<string, string | boolean | undefined>) => {
      // What the kernel does not take would keep it from starting, where nobody sees why.
      const taken = new Set(kernel.commands.find((each) => each.name() === 'run')!.options.map((each) => each.long));
      const unknown = args.find((arg) => arg.startsWith('-') && !taken.has(arg.split('=')[0]!));
      if (unknown !== undefined)
        throw fail('DS6020', {
          problem: `unknown option '${unknown}'`,
          hint: '"devsandbox kernel install --help" shows what it takes',
        });
      const { kernelInstall } = await import('./kernel.ts');
      kernelInstall(flags, args);
    });
  kernel
    .command('list')
    .description('list the kernels that devsandbox installed')
    .action(async () => (await import('./kernel.ts')).kernelList());
  kernel
    .command('remove')
    .description('remove a kernel that devsandbox installed')
    .argument('[name]', 'name of the kernel')
    .action(async (name?: string) => (await import('./kernel.ts')).kernelRemove(name));
  withConversation(
    kernel.command('run').description('used by Jupyter').argument('<connection-file>', 'written by Jupyter'),
  ).action(async (file: string, flags: ConversationFlags) => {
    const { kernelRun } = await import('./kernel.ts');
    await kernelRun(file, await engineOptions(flags));
  });
}

async function runOne(words: readonly string[], flags: { json?: boolean }): Promise<void> {
  const { runMagic } = await import('./run.ts');
  await runMagic([...words, ...(flags.json ? ['--json'] : [])].join(' '));
}

async function engineOptions(flags: ConversationFlags) {
  const grants = {
    ...(flags.allowFs ? { fs: true } : {}),
    ...(flags.allowNet ? { net: true } : {}),
    ...(flags.allowRun ? { run: true } : {}),
    ...(flags.allowEnv ? { env: true } : {}),
    ...(flags.allowPkg ? { packages: flags.allowPkg.flatMap((names) => names.split(',')) } : {}),
  };
  return {
    ...(flags.attach === undefined ? {} : { attach: flags.attach }),
    ...(flags.write ? { write: true } : {}),
    ...(Object.keys(grants).length > 0 ? { grants } : {}),
  };
}

function usageError(error: CommanderError, program: Command, args: readonly string[]) {
  const asked = args[0] === 'help' ? args.slice(1) : args;
  const command = program.commands.find((each) => each.name() === asked[0]);
  const within = command?.commands.length ? command : undefined;
  const known = (within ?? program).commands.map((each) => each.name());
  const word = asked[within ? 1 : 0];
  if ((within || !command) && word !== undefined && !word.startsWith('-') && !known.includes(word)) {
    const prefix = within ? `${within.name()} ` : '';
    const near = /\.(?:[cm]?[jt]s|dsb|ipynb)$/.test(word) && !within ? `run ${word}` : nearest(word, known);
    return fail('DS6020', {
      problem: `there is no command ${prefix}${word}`,
      hint: near ? `did you mean "devsandbox ${prefix}${near}"?` : `there are ${known.join(', ')}`,
    });
  }
  return fail('DS6020', {
    problem: error.message
      .replace(/^error: /, '')
      .split('\n')[0]!
      .replace(/\.$/, ''),
    hint: `"devsandbox ${command ? `${command.name()} ` : ''}--help" shows what it takes`,
  });
}
