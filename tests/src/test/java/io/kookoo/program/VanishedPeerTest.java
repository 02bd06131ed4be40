package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Peers whose machine is gone without a word: no FIN, no RST, no answer. The server runs in a network of its own, which has an
 * address more; when that is taken away, whoever has come by it has vanished, and all that is sent there is lost.
 */
@Tag("peers")
class VanishedPeerTest {
    private static final String ADDRESS = "10.77.0.2";
    private static final String[] BIG = {
        "import io.kookoo.client.function.Function;",
        "import io.kookoo.client.function.FunctionLibrary;",
        "import java.io.IOException;",
        "import java.nio.file.Files;",
        "import java.nio.file.Path;",
        "public class Big implements FunctionLibrary {",
        "    @Function(description = \"a long text, once somebody has written to that pipe\")",
        "    public String big(String pipe) throws IOException {",
        "        Files.readString(Path.of(pipe));",
        "        return \"x\".repeat(8_000_000);",
        "    }",
        "}"
    };

    @TempDir
    Path folder;

    private final List<RunningProgram> programs = new ArrayList<>();
    private Path home;
    private RunningProgram server;

    @BeforeEach
    void startServerInANetworkOfItsOwn() throws IOException {
        home = RunningProgram.shippedHome(folder.resolve("home"));
        Path settings = home.resolve("config/settings.ini");
        Files.writeString(settings, Files.readString(settings).replace("write_stall = 30", "write_stall = 1"));
        Files.createDirectory(home.resolve("functions"));
        Files.write(home.resolve("functions/Big.java"), List.of(BIG));
        server = start(
                List.of(
                        "unshare",
                        "--map-root-user",
                        "--net",
                        "sh",
                        "-c",
                        "ip link set lo up && ip address add " + ADDRESS + "/32 dev lo && exec \"$0\" \"$@\""),
                "server.jar",
                "--ip",
                "0.0.0.0",
                "--open",
                "--port",
                "5555",
                "--log-level",
                "DEBUG");
        server.awaitOut(line -> line.contains("listening on "));
    }

    @AfterEach
    void stopAll() {
        programs.forEach(RunningProgram::close);
    }

    private RunningProgram start(List<String> where, String jar, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(where);
        command.addAll(RunningProgram.java(List.of(), jar, arguments));
        RunningProgram program = RunningProgram.start(home, Map.of(), command);
        programs.add(program);
        return program;
    }

    /** In the network of the server. */
    private List<String> inside() {
        return List.of("nsenter", "--target", Long.toString(server.pid()), "--user", "--net", "--preserve-credentials");
    }

    private RunningProgram client(String ip) throws IOException {
        return start(
                        inside(),
                        "client.jar",
                        "run",
                        "--ip",
                        ip,
                        "--port",
                        "5555",
                        "--interval",
                        "3600",
                        "--threads",
                        "1")
                .connected();
    }

    private RunningProgram call(String ip, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of("call", "--ip", ip, "--port", "5555"));
        all.addAll(List.of(arguments));
        return start(inside(), "client.jar", all.toArray(String[]::new));
    }

    private void assertAnswered(String call, String result) throws IOException {
        RunningProgram program = call("127.0.0.1", call);
        assertEquals(0, program.awaitExit(), () -> program.err().toString());
        assertEquals(List.of(result), program.out());
    }

    private void takeTheAddressAway() throws IOException {
        List<String> command = new ArrayList<>(inside());
        command.addAll(List.of("ip", "address", "del", ADDRESS + "/32", "dev", "lo"));
        run(command);
    }

    private void run(List<String> command) throws IOException {
        RunningProgram program = RunningProgram.start(home, Map.of(), command);
        programs.add(program);
        assertEquals(0, program.awaitExit(), () -> program.err().toString());
    }

    @Test
    void shouldPassAWakeUpOnWhenTheSleeperHasVanished() throws IOException {
        client(ADDRESS);
        assertAnswered("add(1,2)", "3");
        takeTheAddressAway();
        // It has slept longer, so the wake-up is for the one that has vanished.
        client("127.0.0.1");
        assertAnswered("add(3,4)", "7");
        assertAnswered("add(5,6)", "11");
    }

    @Test
    void shouldCloseAVanishedClientWhenItsResultGoesNowhereAndServeTheOthers() throws IOException {
        client("127.0.0.1");
        run(List.of("mkfifo", "go"));
        call(ADDRESS, "big(go)");
        server.awaitOut(line -> line.contains(" handed_out ") && line.contains("call=big("));
        takeTheAddressAway();
        Files.writeString(home.resolve("go"), "");
        server.awaitOut(
                line -> line.contains(" disconnected ") && line.contains("has not read what was written to it"));
        assertAnswered("add(1,2)", "3");
    }
}
