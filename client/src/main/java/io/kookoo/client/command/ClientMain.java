package io.kookoo.client.command;

import io.kookoo.Version;
import io.kookoo.client.RefusedException;
import io.kookoo.client.net.CannotConnectException;
import io.kookoo.client.net.TokenException;
import io.kookoo.settings.Settings;
import io.kookoo.settings.SettingsException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program {@code client.jar}: takes the command line apart, runs one command and turns its end into an exit code. */
public final class ClientMain {
    private static final String DEFAULT_COMMAND = "run";
    /** By their names, in the order in which a person is shown them. */
    private static final List<String> COMMANDS = List.of(
            DEFAULT_COMMAND,
            "call",
            "submit",
            "shell",
            "functions",
            "status",
            "workers",
            "show",
            "top",
            "jobs",
            "result",
            "cancel",
            "retry",
            "purge",
            "backup",
            "report",
            "channels",
            "clients",
            "create",
            "publish",
            "subscribe",
            "history",
            "tell",
            "nodes",
            "quiet",
            "resume",
            "stop",
            "ping",
            "bench");

    private ClientMain() {}

    public static void main(String[] args) {
        Program program = new Program(
                new Console(Terminal.input(), utf8(FileDescriptor.out), utf8(FileDescriptor.err), Terminal::is),
                new CommonOptions(),
                System.getenv(),
                Path.of("").toAbsolutePath(),
                Settings.jarFolder(ClientMain.class),
                new ThisProcess());
        System.exit(execute(program, args));
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    /** Runs one command; blocks until it has ended. Returns one of {@link ExitCode}. */
    static int execute(Program program, String... args) {
        boolean named = args.length > 0 && COMMANDS.contains(args[0]);
        // The others are not even loaded: a command should be there before a person has waited for it.
        int code;
        try {
            code = commandLine(program, program.options(), named ? List.of(args[0]) : COMMANDS)
                    .execute(named ? args : withCommand(program, args));
        } catch (Error e) {
            // Such as no memory for what was asked: the parser handles exceptions alone.
            return internalError(e, program, program.console().err());
        }
        if (code == ExitCode.OK && program.console().out().checkError()) {
            program.console()
                    .err()
                    .println("cannot write to standard output: not all of the answer is there; is its disk full, or"
                            + " its reader gone?");
            return ExitCode.FILE;
        }
        return code;
    }

    private static int internalError(Throwable e, Program program, PrintStream err) {
        err.println("internal error: " + e + (program.options().isVerbose() ? "" : "; -v shows where"));
        if (program.options().isVerbose()) {
            e.printStackTrace(err);
        }
        return ExitCode.INTERNAL_ERROR;
    }

    private static Object command(String name, Program program) {
        return switch (name) {
            case "run" -> new RunCommand(program);
            case "call" -> new CallCommand(program);
            case "submit" -> new SubmitCommand(program);
            case "shell" -> new ShellCommand(program);
            case "functions" -> new FunctionsCommand(program);
            case "status" -> new StatusCommand(program);
            case "workers" -> new WorkersCommand(program);
            case "show" -> new ShowCommand(program);
            case "top" -> new TopCommand(program);
            case "jobs" -> new JobsCommand(program);
            case "result" -> new ResultCommand(program);
            case "cancel" -> new CancelCommand(program);
            case "retry" -> new RetryCommand(program);
            case "purge" -> new PurgeCommand(program);
            case "backup" -> new BackupCommand(program);
            case "report" -> new ReportCommand(program);
            case "channels" -> new ChannelsCommand(program);
            case "clients" -> new ClientsCommand(program);
            case "create" -> new CreateCommand(program);
            case "publish" -> new PublishCommand(program);
            case "subscribe" -> new SubscribeCommand(program);
            case "history" -> new HistoryCommand(program);
            case "tell" -> new TellCommand(program);
            case "nodes" -> new NodesCommand(program);
            case "quiet" -> new QuietCommand(program);
            case "resume" -> new ResumeCommand(program);
            case "stop" -> new StopCommand(program);
            case "ping" -> new PingCommand(program);
            case "bench" -> new BenchCommand(program);
            default -> throw new IllegalArgumentException("no command " + name);
        };
    }

    private static CommandLine commandLine(Program program, CommonOptions options, List<String> commands) {
        PrintWriter out = new PrintWriter(program.console().out(), true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(program.console().err(), true, StandardCharsets.UTF_8);
        CommandLine line = new CommandLine(new Root(options));
        commands.forEach(name -> line.addSubcommand(command(name, program)));
        if (commands == COMMANDS) {
            line.addSubcommand(new GenerateCompletion());
        }
        return line
                // An argument of a call may begin with @.
                .setExpandAtFiles(false)
                .setOut(out)
                .setErr(err)
                .setDefaultValueProvider(argument -> fromEnvironment(argument, program.environment()))
                .setParameterExceptionHandler((e, arguments) -> usageError(e))
                .setExecutionExceptionHandler((e, command, result) -> failed(e, program, command));
    }

    /** Options that are no settings have their names in the environment as well: {@code KOOKOO_PRIORITY}. */
    private static String fromEnvironment(ArgSpec argument, Map<String, String> environment) {
        if (!(argument instanceof OptionSpec option) || option.hidden()) {
            return null;
        }
        String name = option.longestName().replaceFirst("^-+", "");
        String value = environment.get("KOOKOO_" + name.replace('-', '_').toUpperCase(Locale.ROOT));
        // Settings read it themselves. The name of a sender is none, though there is one of nodes that is called so,
        // too.
        boolean setting = Settings.optionNames().contains(name) && !SenderOptions.has(option);
        // The parser would expand ${...} in defaults, without a bound.
        return value == null || setting ? null : value.replace("${", "$${");
    }

    /** Puts the default command before options that stand alone. What cannot be parsed is left to the parser to report. */
    private static String[] withCommand(Program program, String[] args) {
        ParseResult result;
        try {
            // With options of its own: the parser takes what it finds in them as their initial values.
            result = commandLine(program, new CommonOptions(), COMMANDS)
                    .setUnmatchedArgumentsAllowed(true)
                    .setUnmatchedOptionsArePositionalParams(false)
                    .parseArgs(args);
        } catch (ParameterException e) {
            return args;
        }
        boolean another = result.hasSubcommand()
                || result.isUsageHelpRequested()
                || result.isVersionHelpRequested()
                || !result.unmatched().isEmpty() && !result.unmatched().get(0).startsWith("-");
        return another
                ? args
                : Stream.concat(Stream.of(DEFAULT_COMMAND), Stream.of(args)).toArray(String[]::new);
    }

    private static int usageError(ParameterException e) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println(e.getMessage());
        if (!UnmatchedArgumentException.printSuggestions(e, err)) {
            err.println("Try: java -jar " + command.getCommandSpec().qualifiedName() + " --help");
        }
        return ExitCode.USAGE;
    }

    private static int failed(Exception e, Program program, CommandLine command) {
        PrintWriter err = command.getErr();
        int code;
        if (e instanceof ParameterException usage) {
            return usageError(usage);
        } else if (e instanceof SettingsException) {
            err.println(e.getMessage());
            code = ExitCode.SETTINGS;
        } else if (e instanceof FileException) {
            err.println(e.getMessage());
            code = ExitCode.FILE;
        } else if (e instanceof CannotConnectException || e instanceof TokenException) {
            err.println(e.getMessage());
            code = ExitCode.CANNOT_CONNECT;
        } else if (e instanceof RefusedException) {
            err.println(e.getMessage());
            code = ExitCode.FUNCTION_FAILED;
        } else if (e instanceof SocketTimeoutException) {
            err.println("no answer: " + e.getMessage());
            code = ExitCode.TIMEOUT;
        } else if (e instanceof IOException) {
            err.println("the connection to the server is lost: " + e.getMessage());
            code = ExitCode.CANNOT_CONNECT;
        } else {
            err.println("internal error: " + e + (program.options().isVerbose() ? "" : "; -v shows where"));
            code = ExitCode.INTERNAL_ERROR;
        }
        if (program.options().isVerbose()) {
            e.printStackTrace(err);
        }
        return code;
    }

    /** The program itself, which has commands and runs none. */
    @Command(
            name = "client.jar",
            scope = ScopeType.INHERIT,
            mixinStandardHelpOptions = true,
            versionProvider = VersionLine.class,
            description = {
                "The client of Kookoo: runs functions for a server, or has them run.",
                "Without a command it runs, as with run."
            },
            footer = {
                "",
                "Examples:",
                "  java -jar client.jar                     # run functions for the server of config/settings.ini",
                "  java -jar client.jar --interval 0.5      # the same, asking twice a second",
                "  java -jar client.jar call 'add(1,2)'     # have a function run, print its result",
                "  java -jar client.jar shell               # type calls and commands, see messages come",
                "  java -jar client.jar status              # what the server knows",
                "  java -jar client.jar jobs --state dead   # what failed for good",
                "",
                "Every option has a name in the environment as well: --port is KOOKOO_PORT."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:it went well",
                "1:an internal error, or not enough memory",
                "2:the command line is wrong",
                "3:the settings are wrong",
                "4:no connection to the server, or it was lost",
                "5:a function failed, no worker offers it, or the server refuses what it was asked",
                "6:it took too long, or has not ended yet",
                "7:lines of a file failed",
                "9:a file cannot be read or written",
                "130:interrupted"
            })
    private static final class Root {
        @Mixin
        private final CommonOptions options;

        Root(CommonOptions options) {
            this.options = options;
        }
    }

    static final class VersionLine implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"Kookoo client " + Version.TEXT};
        }
    }

    private static final class ThisProcess implements ProcessEnd {
        @Override
        public void onEnd(Runnable hook) {
            Runtime.getRuntime().addShutdownHook(new Thread(hook, "kookoo-stop"));
        }

        @Override
        public void halt(int exitCode) {
            Runtime.getRuntime().halt(exitCode);
        }
    }
}
