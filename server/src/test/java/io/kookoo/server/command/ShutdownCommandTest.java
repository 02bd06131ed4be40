package io.kookoo.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kookoo.server.access.Standing;
import io.kookoo.server.dispatch.CallSource;
import io.kookoo.server.dispatch.Deliveries;
import io.kookoo.server.dispatch.DispatchSettings;
import io.kookoo.server.dispatch.Dispatcher;
import io.kookoo.server.dispatch.Keeping;
import io.kookoo.server.dispatch.Observer;
import io.kookoo.server.node.Nodes;
import io.kookoo.server.report.Reporter;
import io.kookoo.server.store.MemoryJobStore;
import io.kookoo.server.store.OutcomeBounds;
import io.kookoo.server.time.Clock;
import io.kookoo.server.time.Deadlines;
import io.kookoo.settings.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code shutdown}; who may use it is tested in RolesTest. */
final class ShutdownCommandTest {
    private final List<Boolean> shutdowns = new ArrayList<>();
    private final Deliveries deliveries = new Deliveries(null);
    private final Dispatcher dispatcher = new Dispatcher(
            Clock.SYSTEM,
            new Deadlines(Clock.SYSTEM),
            new NoCalls(),
            new DispatchSettings(
                    DispatchSettings.handlePrefix("test", Instant.EPOCH),
                    3,
                    0,
                    false,
                    Duration.ofSeconds(30),
                    Duration.ZERO,
                    Map.of(),
                    Keeping.NOTHING,
                    Map.of()),
            Observer.NONE);
    private final TextCommands commands = new TextCommands(
            dispatcher,
            new JobCommands(dispatcher, new MemoryJobStore(new OutcomeBounds(Duration.ofDays(1), 1), Clock.SYSTEM)),
            new NodeCommands(new Nodes(dispatcher, Clock.SYSTEM, new Deadlines(Clock.SYSTEM), event -> {})),
            "INFO",
            List::of,
            new Reporter(
                    new Settings.Report(
                            Settings.Report.When.IDLE, Path.of("unused"), 1, Duration.ZERO, Duration.ofDays(1)),
                    Clock.SYSTEM,
                    new Deadlines(Clock.SYSTEM),
                    id -> false,
                    () -> null),
            shutdowns::add);

    private static final class NoCalls implements CallSource {
        @Override
        public Optional<CatalogCall> draw() {
            return Optional.empty();
        }

        @Override
        public boolean isEmpty() {
            return true;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"shutdown now", "shutdown graceful please", "shutdown force"})
    void shouldRefuseOtherWords(String line) {
        String refused = "ERR INVALID_ARGUMENTS An+incomplete+set+of+arguments+was+sent+to+this+command+shutdown\r\n";
        assertEquals(refused, commands.answer(line, Standing.ALL, null, deliveries));
        assertEquals(List.of(), shutdowns);
    }

    @ParameterizedTest
    @CsvSource({"shutdown, false", "shutdown graceful, true", "SHUTDOWN GRACEFUL, true"})
    void shouldEndTheServer(String line, boolean graceful) {
        assertEquals("OK\r\n", commands.answer(line, Standing.ALL, null, deliveries));
        assertEquals(List.of(graceful), shutdowns);
    }
}
