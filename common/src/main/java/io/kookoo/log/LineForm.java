package io.kookoo.log;

import io.kookoo.settings.Settings;

/** How a line is put together of its time, the program, the level and the message: what stands around the message and around the time. */
enum LineForm {
    /** {@code TIME - PROGRAM - LEVEL - message}. */
    PLAIN("", " - ") {
        @Override
        String before(String program, String level) {
            return program + " - " + level + " - ";
        }

        @Override
        String after() {
            return "";
        }
    },

    /** {@code [TIME] : [LEVEL] - [PROGRAM - message]}. */
    BRACKET("[", "] : ") {
        @Override
        String before(String program, String level) {
            return "[" + level + "] - [" + program + " - ";
        }

        @Override
        String after() {
            return "]";
        }
    };

    static final String WARNING = "WARNING";

    private final String beforeTime;
    private final String afterTime;

    LineForm(String beforeTime, String afterTime) {
        this.beforeTime = beforeTime;
        this.afterTime = afterTime;
    }

    static LineForm of(Settings.Logger.Format format) {
        return switch (format) {
            case PLAIN -> PLAIN;
            case BRACKET -> BRACKET;
        };
    }

    /** The beginning of a line. */
    String time(String time) {
        return beforeTime + time + afterTime;
    }

    /** What stands between the time and the message. */
    abstract String before(String program, String level);

    /** What ends the message. */
    abstract String after();

    /** A whole line but for its time, about the log itself. */
    String notice(String program, LogEvent event) {
        return before(program, WARNING) + event + after();
    }
}
