package io.kookoo.client.command;

import io.kookoo.call.FunctionCall;
import io.kookoo.client.Kookoo;
import io.kookoo.client.net.CannotConnectException;
import io.kookoo.client.net.ConnectionLimits;
import io.kookoo.client.net.Servers;
import io.kookoo.client.shell.Completions;
import io.kookoo.client.shell.Dialogue;
import io.kookoo.client.shell.PipedDialogue;
import io.kookoo.client.shell.Shell;
import io.kookoo.client.shell.ShellEnd;
import io.kookoo.client.shell.TerminalDialogue;
import io.kookoo.client.terminal.NoScreenException;
import io.kookoo.protocol.Priority;
import io.kookoo.settings.Settings;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "shell",
        description = {
            "Takes calls and the server's text commands, a line each, and shows messages as they come: at a terminal with"
                    + " completion (TAB) and history, or from a pipe.",
            "help in it lists what can be typed. At a terminal the exit code is 0 whatever the lines came to; of a pipe it is that of"
                    + " the worst of them: 4 no connection, 5 a call failed or the server refused a command, 2 a line was not"
                    + " understood."
        },
        footer = {
            "",
            "Examples:",
            "  java -jar client.jar shell",
            "  java -jar client.jar shell 192.0.2.7 5555",
            "  printf 'add(1,2)\\n' | java -jar client.jar shell",
            "",
            "Colours are left out where NO_COLOR is set."
        })
final class ShellCommand implements Callable<Integer> {
    private final Program program;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "HOST",
            description = "The server's address or name, as --ip.")
    private String host;

    @Parameters(index = "1", arity = "0..1", paramLabel = "PORT", description = "Its port, as --port.")
    private String port;

    @Mixin
    private final WaitWorkerOption waitWorker = new WaitWorkerOption();

    @Mixin
    private final ResubmitOption again = new ResubmitOption();

    @Option(
            names = "--history",
            paramLabel = "FILE",
            description =
                    "Where lines typed at a terminal are kept, instead of .kookoo_history in the home folder; '' for"
                            + " nowhere.")
    private String history;

    ShellCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws Exception {
        Map<String, String> given = waitWorker.given();
        CommonOptions.put(given, "ip", host);
        CommonOptions.put(given, "port", port);
        Settings settings = program.settings(given);
        Servers servers = Servers.of(settings);
        AtomicBoolean ending = new AtomicBoolean();
        return Interruption.during(
                () -> exitCode(run(settings, servers, ending::get)), program.process(), () -> ending.set(true));
    }

    private ShellEnd run(Settings settings, Servers servers, BooleanSupplier ending) throws CannotConnectException {
        // A result of a job is a line.
        ConnectionLimits limits = Program.limits(settings)
                .withStoreTimeout(settings.client().storeTimeout())
                .withLines(ResultCommand.lineBytes(settings));
        Completions completions = new Completions();
        try (Dialogue dialogue = dialogue(completions)) {
            return new Shell(
                            dialogue,
                            completions,
                            servers,
                            limits,
                            again.resubmit(),
                            settings.server().maxLineBytes(),
                            (kookoo, call, background, out, err) -> run(settings, kookoo, call, background, out, err),
                            ShellCommand::columns,
                            ending)
                    .run();
        }
    }

    private Dialogue dialogue(Completions completions) {
        Console console = program.console();
        if (console.inIsTerminal() && console.outIsTerminal()) {
            try {
                boolean colours =
                        program.environment().getOrDefault("NO_COLOR", "").isEmpty();
                return TerminalDialogue.open(history(), colours, completions);
            } catch (NoScreenException e) {
                // A terminal that cannot be set still has lines.
            }
        }
        return new PipedDialogue(
                console.in(), console.out(), console.outIsTerminal(), console.err(), console.errIsTerminal());
    }

    private Optional<Path> history() {
        if (history == null) {
            return Optional.of(Path.of(System.getProperty("user.home"), ".kookoo_history"));
        }
        return history.isEmpty()
                ? Optional.empty()
                : Optional.of(program.currentFolder().resolve(history));
    }

    private static ShellEnd run(
            Settings settings, Kookoo kookoo, FunctionCall call, boolean background, PrintStream out, PrintStream err) {
        List<SubmittedCall> calls = List.of(new SubmittedCall(call));
        Console console = new Console(InputStream.nullInputStream(), out, err, stream -> false);
        CallPrinter printer = new CallPrinter(console, calls, background, false, Progress.NONE);
        new CallRun(kookoo, calls, Priority.NORMAL, background, Optional.empty(), settings.client(), printer).run();
        return switch (printer.finish()) {
            case ExitCode.OK -> ShellEnd.WELL;
            case ExitCode.CANNOT_CONNECT -> ShellEnd.DISCONNECTED;
            case ExitCode.TIMEOUT -> ShellEnd.TIMED_OUT;
            case ExitCode.INTERRUPTED -> ShellEnd.INTERRUPTED;
            default -> ShellEnd.FAILED;
        };
    }

    private static List<String> columns(List<String> command) {
        return switch (command.get(0)) {
            case "status" -> List.of(StatusCommand.COLUMNS);
            case "channels", "listchannels" -> List.of(ChannelsCommand.COLUMNS);
            case "clients" -> List.of(ClientsCommand.COLUMNS);
            case "jobs" -> List.of(JobsCommand.COLUMNS);
            case "nodes" -> List.of(NodesCommand.COLUMNS);
            case "show" ->
                Stream.of(ServerList.values())
                        .filter(list -> command.size() > 1 && list.name().equalsIgnoreCase(command.get(1)))
                        .findFirst()
                        .map(ServerList::columns)
                        .orElse(List.of());
            default -> List.of();
        };
    }

    private static int exitCode(ShellEnd end) {
        return switch (end) {
            case WELL -> ExitCode.OK;
            case NOT_UNDERSTOOD -> ExitCode.USAGE;
            case FAILED -> ExitCode.FUNCTION_FAILED;
            case TIMED_OUT -> ExitCode.TIMEOUT;
            case DISCONNECTED -> ExitCode.CANNOT_CONNECT;
            case INTERRUPTED -> ExitCode.INTERRUPTED;
        };
    }
}
