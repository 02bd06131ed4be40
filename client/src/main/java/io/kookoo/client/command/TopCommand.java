package io.kookoo.client.command;

import io.kookoo.client.net.ServerAddress;
import io.kookoo.client.terminal.NoScreenException;
import io.kookoo.client.terminal.ScreenSize;
import io.kookoo.settings.Settings;
import java.io.IOException;
import java.time.Duration;
import java.time.LocalTime;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "top",
        description = {
            "Shows the functions and workers of the server on a full screen, again each second, until q or Ctrl-C.",
            "Keys: q quits, s sorts the functions by something else."
        },
        footer = {
            "",
            "Examples:",
            "  java -jar client.jar top",
            "  java -jar client.jar top --interval 5",
            "  java -jar client.jar top --once          # what one second shows, as text"
        })
final class TopCommand implements Callable<Integer> {
    private static final Duration LONGEST_INTERVAL = Duration.ofHours(1);

    private final Program program;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--interval",
            paramLabel = "SECONDS",
            defaultValue = "1",
            description = "How long to wait before looking again, decimals allowed (1).")
    private String interval;

    @Option(
            names = "--once",
            description = "Looks twice, --interval apart, prints what is there and what was done between, and ends.")
    private boolean once;

    TopCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws Exception {
        Duration between = Seconds.parse(spec, "--interval", interval, LONGEST_INTERVAL);
        if (!once && !program.console().outIsTerminal()) {
            throw noScreen("standard output is no terminal");
        }
        Settings settings = program.settings();
        return Interruption.during(() -> watch(settings, between), program.process());
    }

    private int watch(Settings settings, Duration between) throws IOException {
        ServerAddress address = Program.address(settings);
        try (ServerWatch watch = new ServerWatch(address, Program.limits(settings))) {
            ServerSample first = watch.sample();
            if (once) {
                TimeUnit.NANOSECONDS.sleep(between.toNanos());
                Top.frame(address, LocalTime.now(), "", watch.sample(), first, TopOrder.BUSIEST)
                        .lines(ScreenSize.UNLIMITED)
                        .forEach(line -> program.console().out().println(line.text()));
            } else {
                new Top(address, between, first).show(watch);
            }
            return ExitCode.OK;
        } catch (NoScreenException e) {
            throw noScreen(e.getMessage());
        } catch (InterruptedException e) {
            return ExitCode.INTERRUPTED;
        }
    }

    private ParameterException noScreen(String reason) {
        return new ParameterException(
                spec.commandLine(), "top cannot show a screen: " + reason + "; --once prints one as text");
    }
}
