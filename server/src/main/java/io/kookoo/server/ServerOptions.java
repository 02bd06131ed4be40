package io.kookoo.server;

import io.kookoo.Version;
import io.kookoo.settings.Settings;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/**
 * The command line of {@code server.jar}. Texts only: what they may say is settled by {@link Settings}, wherever they come
 * from.
 */
@Command(
        name = "java -jar server.jar",
        description = {
            "Hands out function calls: a random line of functions.txt to every client that polls, and every call that"
                    + " somebody submitted. Speaks the Gearman protocol."
        },
        versionProvider = ServerOptions.VersionText.class,
        sortOptions = false,
        footer = {
            "",
            "Every option can be given as an environment variable, such as KOOKOO_PORT for --port, or in"
                    + " config/settings.ini; the command line wins over the environment, and that over the file.",
            "",
            "Examples:",
            "  java -jar server.jar                        as config/settings.ini says",
            "  java -jar server.jar --workers 2            with two local clients",
            "  java -jar server.jar --port 0 --pid-file kookoo.pid",
            "",
            "Exit codes: 0 stopped in good order, 1 internal error, 2 wrong arguments, 3 wrong settings or a missing"
                    + " file, 4 cannot listen."
        })
final class ServerOptions {
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "The file of settings, instead of config/settings.ini.")
    private String config;

    @Option(names = "--ip", paramLabel = "ADDRESS", description = "The address to listen on. Default: 127.0.0.1")
    private String ip;

    @Option(names = "--port", paramLabel = "PORT", description = "The port; 0 takes a free one. Default: 5555")
    private String port;

    @Option(names = "--functions", paramLabel = "FILE", description = "The catalog. Default: functions.txt")
    private String functions;

    @Option(names = "--log-level", paramLabel = "LEVEL", description = "DEBUG, INFO, WARNING or ERROR. Default: INFO")
    private String logLevel;

    @Option(names = "--log-dir", paramLabel = "DIR", description = "Where the weekly log is written. Default: logs")
    private String logDir;

    @Option(names = "--workers", paramLabel = "N", description = "Local client processes to keep running. Default: 0")
    private String workers;

    @Option(
            names = "--function-timeout",
            paramLabel = "SECONDS",
            description = "What a function of a local client may take; 0 is no limit. Default: 0")
    private String functionTimeout;

    @Option(
            names = "--job-retries",
            paramLabel = "N",
            description = "Further runs of a job whose worker was lost. Default: 3")
    private String jobRetries;

    @Option(names = "--exceptions", description = "Pass WORK_EXCEPTION to every client.")
    private boolean exceptions;

    @Option(
            names = "--store",
            paramLabel = "KIND",
            description = "Where jobs are kept besides memory: sqlite or none. Default: sqlite")
    private String store;

    @Option(names = "--store-file", paramLabel = "FILE", description = "The store's file. Default: data/kookoo.db")
    private String storeFile;

    @Option(
            names = "--keystore",
            paramLabel = "FILE",
            description = "The server's key and certificate: connections are TLS.")
    private String keystore;

    @Option(names = "--truststore", paramLabel = "FILE", description = "Certificates of those who sign the clients'.")
    private String truststore;

    @Option(
            names = "--client-auth",
            paramLabel = "HOW",
            description = "need, want or none: whether clients have to show a certificate. Default: none")
    private String clientAuth;

    @Option(names = "--open", description = "Listen where others reach it, without knowing who they are.")
    private boolean open;

    @Option(names = "--pid-file", paramLabel = "FILE", description = "Gets the process id once the server listens.")
    private String pidFile;

    @Option(
            names = {"-v", "--verbose"},
            description = "Log stack traces.")
    private boolean verbose;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this and exit.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Print the version and exit.")
    private boolean version;

    private ServerOptions() {}

    static final class VersionText implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"kookoo " + Version.TEXT};
        }
    }

    static CommandLine commandLine() {
        return new CommandLine(new ServerOptions())
                .setExpandAtFiles(false)
                .setInterpolateVariables(false)
                .setOverwrittenOptionsAllowed(false)
                .setUsageHelpWidth(100);
    }

    /** Those options that were really given, by their long names without dashes. */
    static Map<String, String> given(ParseResult parsed) {
        Map<String, String> given = new LinkedHashMap<>();
        for (OptionSpec option : parsed.matchedOptions()) {
            String name = option.longestName().substring("--".length());
            if (Settings.optionNames().contains(name)) {
                Object value = option.getValue();
                given.put(name, value instanceof Boolean ? "yes" : (String) value);
            }
        }
        return given;
    }
}
