package io.kookoo.client.command;

import io.kookoo.client.RefusedException;
import io.kookoo.client.net.ServerConnection;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * What a server has at one moment.
 *
 * @param version of the server
 * @param atNanos the moment, as {@link System#nanoTime()} counts
 * @param connections open ones
 * @param queued jobs that wait, of all functions
 * @param running jobs in the hands of workers
 * @param workers those connections that offer functions or run jobs
 */
record ServerSample(
        String version,
        long atNanos,
        long connections,
        long queued,
        long running,
        List<FunctionLoad> functions,
        List<WorkerLoad> workers) {
    ServerSample {
        functions = List.copyOf(functions);
        workers = List.copyOf(workers);
    }

    /**
     * A function, its counts since the start of the server.
     *
     * @param done jobs that ended well
     * @param failed jobs that ended otherwise
     * @param retried further runs
     * @param meanMillis time of a run
     * @param p99Millis time that 99 of 100 runs did not exceed
     */
    record FunctionLoad(
            String name,
            long queued,
            long running,
            long done,
            long failed,
            long retried,
            BigDecimal meanMillis,
            BigDecimal p99Millis) {

        private static FunctionLoad of(ServerList.Row row) throws IOException {
            return new FunctionLoad(
                    row.text("function"),
                    row.number("queued").longValue(),
                    row.number("running").longValue(),
                    row.number("done").longValue(),
                    row.number("failed").longValue(),
                    row.number("retried").longValue(),
                    row.number("mean_ms"),
                    row.number("p99_ms"));
        }
    }

    /**
     * A worker.
     *
     * @param running jobs it runs
     * @param functions how many it offers
     * @param idleSeconds since its last message
     */
    record WorkerLoad(String id, String address, int running, int functions, BigDecimal idleSeconds) {
        private static WorkerLoad of(ServerList.Row row) throws IOException {
            return new WorkerLoad(
                    row.text("id"),
                    row.text("address"),
                    row.names("running").size(),
                    row.names("functions").size(),
                    row.number("idle_s"));
        }
    }

    /**
     * Asks a server; blocks. The connection has nothing else to read.
     *
     * @throws RefusedException where the server is none of Kookoo
     */
    static ServerSample take(ServerConnection connection) throws IOException {
        String version = TextAnswer.ask(connection, "version");
        List<ServerList.Row> loads = loads(connection, version);
        if (loads.size() != 1) {
            throw new IOException("the answer to show load has " + loads.size() + " lines, expected 1");
        }
        ServerList.Row load = loads.get(0);
        List<FunctionLoad> functions = new ArrayList<>();
        for (ServerList.Row row : ServerList.functions.ask(connection)) {
            functions.add(FunctionLoad.of(row));
        }
        List<WorkerLoad> workers = new ArrayList<>();
        for (ServerList.Row row : ServerList.clients.ask(connection)) {
            WorkerLoad worker = WorkerLoad.of(row);
            if (worker.functions() > 0 || worker.running() > 0) {
                workers.add(worker);
            }
        }
        return new ServerSample(
                version,
                System.nanoTime(),
                load.number("connections").longValue(),
                load.number("queued").longValue(),
                load.number("running").longValue(),
                functions,
                workers);
    }

    private static List<ServerList.Row> loads(ServerConnection connection, String version) throws IOException {
        try {
            return ServerList.load.ask(connection);
        } catch (RefusedException e) {
            throw new RefusedException(
                    "the server at " + connection.address() + " is not Kookoo (its version: " + version
                            + "): it does not know \"show load\", which top asks for; `client.jar status` may do",
                    e);
        }
    }
}
