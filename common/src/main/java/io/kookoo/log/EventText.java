package io.kookoo.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.util.List;
import java.util.Objects;
import org.slf4j.Marker;

/**
 * An event as text, without its time: {@code Server - INFO - message}. One line, whatever the message holds, unless a
 * stack trace follows, whose lines are indented.
 *
 * @param form what stands around the message
 * @param program who logs, {@code Server} or {@code Client}
 * @param verbose whether stack traces follow; else the error and its causes are one value {@code cause=} in the line
 */
record EventText(LineForm form, String program, boolean verbose) {

    /** A longer message is cut here: a log is read by people, and one event is one write. */
    static final int MAX_MESSAGE_CHARS = 32 << 10;

    private static final int MAX_CAUSES = 5;
    private static final String INDENT = "\n    ";

    EventText {
        Objects.requireNonNull(form);
        Objects.requireNonNull(program);
    }

    String of(ILoggingEvent event) {
        String message = Objects.toString(event.getFormattedMessage());
        StringBuilder text = new StringBuilder(Math.min(message.length(), MAX_MESSAGE_CHARS) + 64);
        text.append(form.before(program, level(event)));
        append(text, message);
        IThrowableProxy error = event.getThrowableProxy();
        if (error != null && !verbose) {
            LogEvent.appendValue(text.append(" cause="), causes(error));
        }
        text.append(form.after());
        if (error != null && verbose) {
            ThrowableProxyUtil.asString(error)
                    .lines()
                    .forEach(line -> append(text.append(INDENT), line.replace("\t", "    ")));
        }
        return text.toString();
    }

    private static String level(ILoggingEvent event) {
        if (event.getLevel() == Level.WARN) {
            return LineForm.WARNING;
        }
        List<Marker> markers = event.getMarkerList();
        return markers != null && markers.contains(KookooLog.CRITICAL)
                ? KookooLog.CRITICAL.getName()
                : event.getLevel().toString();
    }

    private static void append(StringBuilder text, String message) {
        ControlCharacters.appendEscaped(text, cut(message));
    }

    private static String cut(String message) {
        return message.length() <= MAX_MESSAGE_CHARS
                ? message
                : message.substring(0, MAX_MESSAGE_CHARS) + "... cut, " + message.length() + " characters in all";
    }

    private static String causes(IThrowableProxy error) {
        StringBuilder causes = new StringBuilder();
        IThrowableProxy cause = error;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
            causes.append(i == 0 ? "" : "; caused by ").append(cause.getClassName());
            if (cause.getMessage() != null) {
                causes.append(": ").append(cut(cause.getMessage()));
            }
            cause = cause.getCause();
        }
        return causes.toString();
    }
}
