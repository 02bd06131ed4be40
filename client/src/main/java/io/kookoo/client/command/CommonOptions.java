package io.kookoo.client.command;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options that every command takes, before its name or after it. Null is not given. */
final class CommonOptions {
    @Option(
            names = {"-c", "--config"},
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "The settings.ini to read instead of config/settings.ini.")
    private String config;

    @Option(
            names = "--ip",
            scope = ScopeType.INHERIT,
            paramLabel = "ADDRESS",
            description = "The server's address or name, instead of [Server] ip.")
    private String ip;

    @Option(
            names = "--port",
            scope = ScopeType.INHERIT,
            paramLabel = "PORT",
            description = "The server's port, instead of [Server] port.")
    private String port;

    @Option(
            names = "--servers",
            scope = ScopeType.INHERIT,
            paramLabel = "LIST",
            description =
                    "The servers, host:port, host:port, ..., the preferred one first, instead of [Client] servers.")
    private String servers;

    @Option(
            names = "--tls",
            scope = ScopeType.INHERIT,
            description = "Speak TLS with the server; so it is where --truststore or --keystore is given.")
    private boolean tls;

    @Option(
            names = "--truststore",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "Certificates of those who sign the server's, instead of [Security] truststore.")
    private String truststore;

    @Option(
            names = "--keystore",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "This client's key and certificate, instead of [Security] keystore.")
    private String keystore;

    @Option(
            names = "--log-level",
            scope = ScopeType.INHERIT,
            paramLabel = "LEVEL",
            description = "DEBUG, INFO, WARNING or ERROR, instead of [Logger] log_level.")
    private String logLevel;

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            description = "Stack traces with errors.")
    private boolean verbose;

    boolean isVerbose() {
        return verbose;
    }

    /** What was given, by the long names without dashes; may be added to. */
    Map<String, String> given() {
        Map<String, String> given = new LinkedHashMap<>();
        put(given, "config", config);
        put(given, "ip", ip);
        put(given, "port", port);
        put(given, "servers", servers);
        put(given, "tls", tls ? "yes" : null);
        put(given, "truststore", truststore);
        put(given, "keystore", keystore);
        put(given, "log-level", logLevel);
        put(given, "verbose", verbose ? "yes" : null);
        return given;
    }

    static void put(Map<String, String> given, String option, String value) {
        if (value != null) {
            given.put(option, value);
        }
    }
}
